import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Bare repositories to work in, so that neither the person's repository nor its index is touched.
 *
 * A scratch repository is kept between runs, since what was fetched once need not be fetched again,
 * and is used by one process at a time. Taking one is a rename, which the file system makes atomic;
 * there is no lock file that a crash could leave behind. One whose user was killed is thrown away.
 */
export interface GitScratch {
  /** The folder; empty if the repository is yet to be made. */
  readonly gitDir: string
  readonly isEmpty: boolean
  /** Gives it back for the next run, after all went well. */
  release(): Promise<void>
  /** Throws it away: whatever state a failure left it in is gone. */
  discard(): Promise<void>
}

export interface TakeScratchProps {
  /** Folder for all scratch repositories of this source; a temporary one if it cannot be written. */
  readonly folder: string | undefined
  /** What tells repositories apart: the address of the remote. */
  readonly key: string
}

const IDLE = 'idle'
const BUSY = 'busy'
/** Objects pile up in a scratch repository, which is never packed; a week's worth is little. */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000
/** A busy one of another machine or container on the same file system: long enough to be dead. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

export async function takeScratch({ folder, key }: TakeScratchProps): Promise<GitScratch> {
  const pool = folder === undefined ? undefined : await openPool(folder, key)
  if (pool === undefined) return temporaryScratch()
  await sweep(pool)
  const gitDir = join(pool, `${BUSY}.${machine()}.${process.pid}.${randomUUID()}`)
  const isEmpty = !(await takeIdle(pool, gitDir))
  if (isEmpty) await mkdir(gitDir)
  const discard = () => rm(gitDir, { recursive: true, force: true })
  const release = async () => {
    const isSpare = (await entries(pool)).some(({ state }) => state === IDLE)
    if (isSpare || (await isOlderThan(join(gitDir, 'config'), MAX_AGE_MS))) return discard()
    await rename(gitDir, join(pool, `${IDLE}.${randomUUID()}`))
  }
  return { gitDir, isEmpty, release, discard }
}

async function openPool(folder: string, key: string): Promise<string | undefined> {
  const pool = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 16))
  try {
    await mkdir(pool, { recursive: true })
    return pool
  } catch (error) {
    // A source that is mounted read-only, or belongs to somebody else.
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

async function temporaryScratch(): Promise<GitScratch> {
  const gitDir = await mkdtemp(join(tmpdir(), 'lockstep-git-'))
  const discard = () => rm(gitDir, { recursive: true, force: true })
  return { gitDir, isEmpty: true, release: discard, discard }
}

async function takeIdle(pool: string, target: string): Promise<boolean> {
  for (const { name, state } of await entries(pool)) {
    if (state !== IDLE) continue
    try {
      await rename(join(pool, name), target)
      return true
    } catch (error) {
      // Somebody else was faster.
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
  return false
}

/** Removes what killed processes left behind. */
async function sweep(pool: string): Promise<void> {
  for (const { name, state, owner } of await entries(pool)) {
    if (state !== BUSY || owner === undefined) continue
    const path = join(pool, name)
    const isDead =
      owner.machine === machine() ? !isRunning(owner.pid) : await isOlderThan(path, ABANDONED_MS)
    if (isDead) await rm(path, { recursive: true, force: true })
  }
}

interface PoolEntry {
  readonly name: string
  readonly state: string | undefined
  readonly owner: { readonly machine: string; readonly pid: number } | undefined
}

async function entries(pool: string): Promise<readonly PoolEntry[]> {
  return (await readdir(pool)).map((name) => {
    const [state, machineId, pid] = name.split('.')
    const isOwned = state === BUSY && machineId !== undefined && pid !== undefined
    return { name, state, owner: isOwned ? { machine: machineId, pid: Number(pid) } : undefined }
  })
}

/** Process ids mean something on one machine only; its name may have dots. */
const machine = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return codeOf(error) === 'EPERM'
  }
}

async function isOlderThan(path: string, ageMs: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > ageMs
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
