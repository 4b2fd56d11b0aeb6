import { type Clock, systemClock } from './clock.ts'
import type { LeaseListing } from './lease-listing.ts'
import type { LeaseName } from './lease-name.ts'
import { isMade, notYetMade } from './lease-not-yet-made.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
import { LeaseStoreError } from './lease-store-errors.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import {
  find,
  findAll,
  forget,
  insert,
  isAsSeen,
  lastVersion,
  storeId,
  update,
} from './sqlite-lease-rows.ts'

export interface SqliteLeaseStoreProps {
  /** On a disk of this machine: processes on others, by NFS for example, do not see its locks. */
  readonly file: string
  /**
   * To be raised by whoever puts back an older copy of the file, which takes its versions back.
   *
   * @default 1
   */
  readonly epoch?: number
  /**
   * How often to look for a change while somebody waits for one, in milliseconds.
   *
   * @default 50
   */
  readonly pollEveryMs?: number
  /**
   * How often to try while other processes write. Tries are 20 to 40 ms apart.
   *
   * @default 125 - for about five seconds
   */
  readonly attempts?: number
  /** @default that of this machine */
  readonly clock?: Pick<Clock, 'sleep' | 'wallMs'>
}

/**
 * Leases of the processes of one machine, in one file, made when they are first written. Node 22 warns once that its
 * SQLite is experimental; Node 24 does not.
 */
export class SqliteLeaseStore implements LeaseStore, LeaseListing {
  readonly #database: SqliteDatabase
  readonly #epochNumber: number
  readonly #pollEveryMs: number
  readonly #clock: Pick<Clock, 'sleep' | 'wallMs'>

  private constructor(
    database: SqliteDatabase,
    props: SqliteLeaseStoreProps,
    clock: Pick<Clock, 'sleep' | 'wallMs'>,
  ) {
    this.#database = database
    this.#epochNumber = props.epoch ?? 1
    this.#pollEveryMs = props.pollEveryMs ?? 50
    this.#clock = clock
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws {LeaseStoreError} if it is something else, damaged, or may not be written
   */
  static async open(props: SqliteLeaseStoreProps): Promise<SqliteLeaseStore> {
    const { file, attempts = 125, clock = systemClock } = props
    return new SqliteLeaseStore(await SqliteDatabase.open({ file, attempts, clock }), props, clock)
  }

  async read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    const lease = await this.#database.read((database) => {
      // First: whatever is made in between has a larger one.
      const version = lastVersion(database)
      return find(database, name) ?? notYetMade(name, version)
    }, signal)
    return this.#readingOf(lease)
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    const write = isMade(seen) ? update : insert
    const lease = await this.#database.write((database) => write(database, seen, next), signal)
    return this.#readingOf(lease)
  }

  async changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    while (await this.#isCurrent(seen, signal)) {
      await this.#clock.sleep(this.#pollEveryMs, signal)
    }
  }

  async list(
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<readonly LeaseReading[]> {
    const leases = await this.#database.read((database) => findAll(database, namespace), signal)
    return leases.map((lease) => this.#readingOf(lease))
  }

  async epoch(): Promise<string> {
    return `${await this.#database.read(storeId)}.${this.#epochNumber}`
  }

  /** Forgets a Lease: another one, with larger versions, is in its place. */
  async delete(name: LeaseName): Promise<void> {
    await this.#database.write((database) => forget(database, name))
  }

  /** What comes later fails. */
  close(): void {
    this.#database.close()
  }

  async #isCurrent(seen: StoredLease, signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#database.read((database) => isAsSeen(database, seen), signal)
    } catch (error) {
      // Nobody can tell any more; whoever waits reads, and is told why.
      if (error instanceof LeaseStoreError) return false
      throw error
    }
  }

  #readingOf(lease: StoredLease): LeaseReading {
    return { lease, storeTimeMs: this.#clock.wallMs() }
  }
}
