import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { commandLineOf } from './command-line.ts'

/** Short, since the path of a socket may have a hundred characters and no more. */
const PREFIX = 'lockstep-run-'
const OWNER_FILE = 'owner'

/** A folder for logs, keys and data of one control plane, readable for this user alone. */
export async function newRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX))
  await writeFile(join(folder, OWNER_FILE), `${process.pid}\n`)
  return folder
}

/**
 * Ends the programs of control planes whose owner is gone without having stopped them, as after a
 * `kill -9`, and removes their folders.
 *
 * @returns the ids of the programs that were ended
 */
export async function sweepAbandonedRuns(): Promise<readonly number[]> {
  const ended: number[] = []
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name)
    if (!name.startsWith(PREFIX)) continue
    if (!(await isAbandoned(folder)) && !(await isForgotten(folder))) continue
    for (const pid of await programsOf(folder)) {
      // Ids are used again: only a process that was given this very folder is one of ours.
      if (!(await commandLineOf(pid))?.includes(folder)) continue
      process.kill(pid, 'SIGKILL')
      ended.push(pid)
    }
    await rm(folder, { recursive: true, force: true })
  }
  return ended
}

/** Without the owner's file it is kept for its logs, or belongs to another user. */
async function isAbandoned(folder: string): Promise<boolean> {
  const owner = await readPid(join(folder, OWNER_FILE))
  return owner !== undefined && (await commandLineOf(owner)) === undefined
}

/** Logs that were kept for a person who has not come for a day. */
async function isForgotten(folder: string): Promise<boolean> {
  const found = await unlessGone(stat(folder))
  if (found === undefined || found.uid !== userInfo().uid) return false
  if (Date.now() - found.mtimeMs < 24 * 60 * 60 * 1000) return false
  return (await readPid(join(folder, OWNER_FILE))) === undefined
}

/** Another run may end, or sweep, at the same moment. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function programsOf(folder: string): Promise<readonly number[]> {
  const files = ((await unlessGone(readdir(folder))) ?? []).filter((file) => file.endsWith('.pid'))
  const pids = await Promise.all(files.map((file) => readPid(join(folder, file))))
  return pids.filter((pid) => pid !== undefined)
}

async function readPid(file: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10)
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES') return undefined
    throw error
  }
}

/** Ends the claim on a folder and leaves the logs in it for a person to read. */
export async function keepLogs(folder: string): Promise<void> {
  await rm(join(folder, OWNER_FILE), { force: true })
  await rm(join(folder, 'etcd'), { recursive: true, force: true })
}
