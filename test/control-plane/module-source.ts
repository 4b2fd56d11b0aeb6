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

/** Go could not bring a module: no network, a full disk, a checksum that differs. */
export class ModuleDownloadError extends Error {
  override readonly name = 'ModuleDownloadError'
  readonly code = 'MODULE_DOWNLOAD'
  readonly remedy = 'Mend that and run the command again; what was brought is kept'

  constructor(module: string, why: string, options?: ErrorOptions) {
    super(`Module ${module} cannot be brought: ${why}`, options)
  }
}

/**
 * Brings a Go module to the module cache if it is not there, checksum verified.
 *
 * @param module with its version (`k8s.io/kubernetes@v1.36.3`), or as the go.mod in `folder` has it
 * @throws {GoToolchainError}
 * @throws {ModuleDownloadError}
 */
export async function moduleSource(module: string, folder?: string): Promise<ModuleSource> {
  await requireGo('1.21')
  const { Path, Version, Dir, Sum } = await download(module, folder)
  if (!Path || !Version || !Dir || !Sum) {
    throw new ModuleDownloadError(module, 'Go gave no folder of it')
  }
  return { path: Path, version: Version, folder: Dir, checksum: Sum }
}

async function download(module: string, folder?: string): Promise<Record<string, string>> {
  try {
    const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
      env: goEnvironment(),
      ...(folder === undefined ? {} : { cwd: folder }),
    })
    return JSON.parse(stdout)
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string }
    // What is wrong with the module is in the JSON; what is wrong with the call is not.
    const why = /"Error": *("(?:[^"\\]|\\.)*")/.exec(stdout)?.[1]
    throw new ModuleDownloadError(module, why ? JSON.parse(why) : stderr.trim(), { cause })
  }
}
