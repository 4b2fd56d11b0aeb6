import { spawn } from 'node:child_process'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cachedBinary, missingPrograms } from './binary-cache.ts'
import { buildArguments } from './build-arguments.ts'
import { commandLineOf } from './command-line.ts'
import { GoModule } from './go-module.ts'
import { goEnvironment, requireGo } from './go-toolchain.ts'
import { BUILT_PROGRAMS, type Program } from './programs.ts'

/** `go build` failed: no network, a full disk, a module that does not compile. */
export class BuildFailedError extends Error {
  override readonly name = 'BuildFailedError'
  readonly code = 'BUILD_FAILED'
  readonly remedy = 'Mend that and run the command again; what was built is kept'

  constructor(program: string, exit: string, stderr: string) {
    // Go repeats itself at the end of long output; the first line that is not progress says why.
    const lines = stderr
      .split('\n')
      .filter((line) => line !== '' && !/^go: downloading /.test(line))
    super(`Building ${program} ended with ${exit}: ${lines.slice(0, 3).join(' / ') || 'no output'}`)
  }
}

/**
 * Builds each program that the cache lacks, one after the other. `report` gets a line when a build
 * starts and when it ends.
 *
 * @returns how many were built
 * @throws {GoToolchainError}
 * @throws {BuildFailedError}
 */
export async function buildMissingPrograms(
  report: (line: string) => void,
  programs: readonly Program[] = BUILT_PROGRAMS,
): Promise<number> {
  const missing = missingPrograms(process.env, programs)
  for (const program of missing) {
    const module = new GoModule(program.moduleFolder)
    await requireGo(module.goVersion)
    const version = module.versionOf(program.versionOf)
    report(`Building ${program.name} ${version} (the first time takes minutes) …`)
    const started = performance.now()
    await build(program, module, report)
    const seconds = Math.round((performance.now() - started) / 1000)
    report(`Built ${program.name} ${version} in ${seconds} s: ${cachedBinary(program)}`)
  }
  return missing.length
}

async function build(program: Program, module: GoModule, report: (line: string) => void) {
  const target = cachedBinary(program)
  // Renamed when it is whole: whatever ends this process, half a binary never counts as built.
  const partial = `${target}.${process.pid}.partial`
  await mkdir(dirname(target), { recursive: true })
  await removeAbandonedPartials(dirname(target))
  try {
    await goBuild(program, module, partial, report)
    await rename(partial, target)
  } finally {
    await rm(partial, { force: true })
  }
}

/** What builds left that were killed. Those of builds that still run are theirs. */
async function removeAbandonedPartials(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const pid = /\.(\d+)\.partial$/.exec(file)?.[1]
    if (pid === undefined || (await commandLineOf(Number(pid))) !== undefined) continue
    await rm(join(folder, file), { force: true })
  }
}

async function goBuild(
  program: Program,
  module: GoModule,
  output: string,
  report: (line: string) => void,
): Promise<void> {
  const go = spawn('go', ['build', '-o', output, ...buildArguments(program, module)], {
    cwd: module.folder,
    env: goEnvironment(),
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const stillBuilding = setInterval(() => report(`… still building ${program.name}`), 60_000)
  let stderr = ''
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exit = await new Promise<string>((resolve, reject) => {
    go.once('error', reject)
    go.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  }).finally(() => clearInterval(stillBuilding))
  if (exit !== 'exit code 0') throw new BuildFailedError(program.name, exit, stderr)
}
