import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Rendering } from '../manifests/rendering.ts'

/*
 * A folder inside of the output folder, so that what is in it is renamed and not copied. Below `new` are
 * environments that are to come, below `old` those whose place they have taken. Whatever kills the run,
 * the next one finds all that it needs to put things right.
 */

const PREFIX = '.lockstep-staging-'

/** Of this process alone: two runs at once do not meet. */
export const stagingFolder = (folder: string): string => join(folder, `${PREFIX}${process.pid}`)

export const isStagingFolder = (name: string): boolean => name.startsWith(PREFIX)

/** Writes an environment that is to come. */
export function stage(staging: string, { environment, files }: Rendering): void {
  const folder = join(staging, 'new', environment)
  const made = new Set<string>()
  for (const { path, text } of files) {
    // Not joined: normalizing what is normal takes a tenth as long as writing it.
    const parent = path.slice(0, path.lastIndexOf('/') + 1)
    if (!made.has(parent)) mkdirSync(`${folder}/${parent}`, { recursive: true })
    made.add(parent)
    writeFileSync(`${folder}/${path}`, text)
  }
}

/** Puts an environment that was staged into its place. */
export function swap(folder: string, staging: string, environment: string): void {
  const current = join(folder, environment)
  const old = join(staging, 'old', environment)
  const next = join(staging, 'new', environment)
  // What is not staged has had its turn.
  if (!existsSync(next)) return
  if (existsSync(current)) {
    mkdirSync(dirname(old), { recursive: true })
    renameSync(current, old)
  }
  renameSync(next, current)
}

/** Puts back what a run that was killed between its two renames had moved away, and sweeps up. */
export function finishInterrupted(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!isStagingFolder(name) || isRunning(Number(name.slice(PREFIX.length)))) continue
    const old = join(folder, name, 'old')
    for (const environment of existsSync(old) ? readdirSync(old) : []) {
      if (!existsSync(join(folder, environment)))
        renameSync(join(old, environment), join(folder, environment))
    }
    rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
