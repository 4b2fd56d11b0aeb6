import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { goEnvironment, requireGo } from './go-toolchain.ts'

export interface ModuleSource {
  /** `k8s.io/kubernetes`. */
  readonly path: string
  /** `v1.36.3`. */
  readonly version: string
  /** Its files in the module cache, read-only. */
  readonly folder: string
  /** Checksum of its files, as in go.sum. */
  readonly checksum: string
}

/**
 * Brings a Go module to the module cache if it is not there, checksum verified.
 *
 * @param module with its version (`k8s.io/kubernetes@v1.36.3`), or as the go.mod in `folder` has it
 * @throws {GoToolchainError}
 */
export async function moduleSource(module: string, folder?: string): Promise<ModuleSource> {
  await requireGo('1.21')
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
    env: goEnvironment(),
    ...(folder === undefined ? {} : { cwd: folder }),
  })
  const { Path, Version, Dir, Sum } = JSON.parse(stdout) as Record<string, string>
  if (!Path || !Version || !Dir || !Sum) throw new Error(`Unexpected answer of Go: ${stdout}`)
  return { path: Path, version: Version, folder: Dir, checksum: Sum }
}
