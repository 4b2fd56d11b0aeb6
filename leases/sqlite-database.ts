import { statSync } from 'node:fs'
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

/**
 * A file that several processes of one machine write. What was committed survives a power cut, so no
 * version is given out twice: every commit waits for the disk.
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync
  readonly #props: SqliteDatabaseProps
  readonly #inode: bigint | undefined

  private constructor(props: SqliteDatabaseProps, database: DatabaseSync) {
    this.#props = props
    this.#database = database
    this.#inode = inodeOf(props.file)
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
    if (this.#inode === inodeOf(this.#props.file)) return
    throw new ForeignDatabaseError('it was moved, deleted or replaced. Open it again')
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

/** @returns `undefined` if there is no such file, or it is in memory */
const inodeOf = (file: string): bigint | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })?.ino

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
  const database = new DatabaseSync(file, { timeout: STAND_STILL_MS })
  try {
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
