import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { buildArguments } from './build-arguments.ts'
import { GoModule } from './go-module.ts'
import { type Binaries, BUILT_PROGRAMS, PROGRAMS, type Program } from './programs.ts'

/**
 * Where a program is built to: a folder of the user's cache, named after all that decides what the
 * build gives, so that several checkouts share it and a new version never meets an old binary.
 */
export function cachedBinary(program: Program, env = process.env): string {
  const module = new GoModule(program.moduleFolder)
  const version = module.versionOf(program.versionOf)
  const fingerprint = module.fingerprint(buildArguments(program, module))
  const key = `${program.name}-${version}-${fingerprint}-${process.platform}-${process.arch}`
  return join(cacheFolder(env), 'control-plane', key, program.name)
}

export const missingPrograms = (
  env = process.env,
  programs: readonly Program[] = BUILT_PROGRAMS,
): readonly Program[] => programs.filter((program) => !existsSync(cachedBinary(program, env)))

/** Whether they exist is another question. */
export const cachedBinaries = (env = process.env): Binaries =>
  Object.fromEntries(
    PROGRAMS.map((program) => [program.name, cachedBinary(program, env)]),
  ) as Binaries

/** Of what takes long to build and is the same for all checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'lockstep')
}
