import { chmodSync, existsSync, realpathSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from './clock.ts'
import { isBusy, outcomeOfCommit, sqliteFailure } from './sqlite-errors.ts'
import { ForeignDatabaseError, hasTables, makeTables } from './sqlite-schema.ts'

export interface SqliteDatabaseProps {
  readonly file: string
  /** How often to try while other processes write. */
  readonly attempts: number
  readonly clock: Pick<Clock, 'sleep'>
}

/** For how long this process stands still while another one writes, before it does other things. */
const STAND_STILL_MS = 20
const PAUSE_MS = 20
const OWNER_ALONE = 0o600

/**
 * A file that several processes of one machine write. What was committed survives a power cut, so no
 * version is given out twice: every commit waits for the disk.
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync
  readonly #props: SqliteDatabaseProps
  readonly #parts: ReadonlyMap<string, bigint | undefined>

  private constructor(props: SqliteDatabaseProps, database: DatabaseSync) {
    this.#props = props
    this.#database = database
    this.#parts = new Map(partsOf(props.file).map((part) => [part, fileAt(part)?.ino]))
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws {LeaseStoreError}
   */
  static async open(props: SqliteDatabaseProps): Promise<SqliteDatabase> {
    return new SqliteDatabase(props, await whenFree(props, () => openFile(props.file)))
  }

  /** @throws {LeaseStoreError} */
  read<T>(work: (database: DatabaseSync) => T, signal?: AbortSignal): Promise<T> {
    return whenFree(this.#props, () => work(this.#database), signal)
  }

  /**
   * Writes all or nothing, alone among all processes.
   *
   * @throws {LeaseStoreError}
   * @throws what the work throws
   */
  write<T>(work: (database: DatabaseSync) => T, signal?: AbortSignal): Promise<T> {
    const { file } = this.#props
    return whenFree(
      this.#props,
      () =>
        inTransaction(this.#database, file, (database) => {
          this.#assertInPlace()
          return work(database)
        }),
      signal,
    )
  }

  /** What was opened can be written long after others can find it, and they would not see it. */
  #assertInPlace(): void {
    for (const [part, inode] of this.#parts) {
      if (fileAt(part)?.ino === inode) continue
      throw new ForeignDatabaseError('it was moved, deleted or replaced. Open it again')
    }
    assertOneName(this.#props.file)
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

/** Each name has a log of its own, of what was written and is not in the file yet. */
function assertOneName(file: string): void {
  if ((fileAt(file)?.nlink ?? 1n) <= 1n) return
  throw new ForeignDatabaseError(
    'it has several names, hard links, and whoever opens it by another one does not see what is written here. Leave it one',
  )
}

/**
 * The files that an open database consists of. Whoever finds another one in the place of any of them sees
 * what was written some time ago.
 */
const partsOf = (file: string): readonly string[] =>
  existsSync(file) ? [file, ...['-wal', '-shm'].map((end) => `${realpathSync(file)}${end}`)] : []

/** @returns `undefined` if there is no such file */
const fileAt = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false })

/** Tries again while other processes write, and lets this one do other things meanwhile. */
async function whenFree<T>(
  { file, attempts, clock }: SqliteDatabaseProps,
  work: () => T,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || attempt >= attempts) throw sqliteFailure(file, error)
    }
    await clock.sleep(PAUSE_MS, signal)
  }
}

function openFile(file: string): DatabaseSync {
  assertOneName(file)
  const isThere = existsSync(file)
  const database = new DatabaseSync(file, { timeout: STAND_STILL_MS })
  try {
    // Ids of holds and results of runs are in there. Its log gets the same mode.
    if (!isThere && existsSync(file)) chmodSync(file, OWNER_ALONE)
    // All of the answer at one moment: another process may be making the tables.
    const isNew = !inTransaction(database, file, hasTables, 'DEFERRED')
    const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() ?? {}
    if (mode !== 'wal') {
      throw new ForeignDatabaseError('processes cannot share it. Name a file on a disk')
    }
    database.exec('PRAGMA synchronous = FULL')
    // Another process may be faster.
    if (isNew) inTransaction(database, file, () => hasTables(database) || makeTables(database))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function inTransaction<T>(
  database: DatabaseSync,
  file: string,
  work: (database: DatabaseSync) => T,
  kind: 'DEFERRED' | 'IMMEDIATE' = 'IMMEDIATE',
): T {
  database.exec(`BEGIN ${kind}`)
  try {
    const result = work(database)
    commit(database, file)
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function commit(database: DatabaseSync, file: string): void {
  try {
    database.exec('COMMIT')
  } catch (error) {
    throw isBusy(error) ? error : sqliteFailure(file, error, outcomeOfCommit(error))
  }
}
