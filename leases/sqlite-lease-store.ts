import type { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from './clock.ts'
import type { LeaseListing } from './lease-listing.ts'
import type { LeaseName } from './lease-name.ts'
import { isMade, notYetMade } from './lease-not-yet-made.ts'
import { type LeaseRecord, NEVER_HELD } from './lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
import { LeaseConflictError, LeaseStoreError } from './lease-store-errors.ts'
import { SqliteDatabase } from './sqlite-database.ts'

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
      const row = find(database, name)
      return row === undefined ? notYetMade(name, version) : leaseOf(name, row)
    }, signal)
    return this.#readingOf(lease)
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    const write = isMade(seen) ? update : insert
    const row = await this.#database.write((database) => write(database, seen, next), signal)
    return this.#readingOf(leaseOf(seen.name, row))
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
    const rows = await this.#database.read((database) => findAll(database, namespace), signal)
    return rows.map(({ namespace, name, ...row }) =>
      this.#readingOf(leaseOf({ namespace, name }, row)),
    )
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
      const row = await this.#database.read((database) => find(database, seen.name), signal)
      if (row === undefined) return !isMade(seen)
      return row.uid === seen.uid && row.version === seen.version
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

interface LeaseRow {
  readonly uid: string
  /** As text: it can outgrow a number. */
  readonly version: string
  /** JSON. */
  readonly record: string
}

const leaseOf = (name: LeaseName, { uid, version, record }: LeaseRow): StoredLease => ({
  name,
  uid,
  version,
  record: { ...NEVER_HELD, ...JSON.parse(record) },
})

function find(database: DatabaseSync, { namespace, name }: LeaseName): LeaseRow | undefined {
  const sql = `SELECT uid, CAST(version AS TEXT) AS version, record
    FROM leases WHERE namespace = ? AND name = ?`
  return database.prepare(sql).get(namespace, name) as LeaseRow | undefined
}

function findAll(database: DatabaseSync, namespace: string | undefined): (LeaseRow & LeaseName)[] {
  const sql = `SELECT namespace, name, uid, CAST(version AS TEXT) AS version, record
    FROM leases WHERE namespace = coalesce(?, namespace) ORDER BY namespace, name`
  return database.prepare(sql).all(namespace ?? null) as unknown as (LeaseRow & LeaseName)[]
}

/** Its first write. One that was there since was not seen, even if it was forgotten. */
function insert(database: DatabaseSync, { name }: StoredLease, next: LeaseRecord): LeaseRow {
  const row = newRow(database, next)
  const { changes } = database
    .prepare('INSERT INTO leases VALUES (?, ?, ?, CAST(? AS INTEGER), ?) ON CONFLICT DO NOTHING')
    .run(name.namespace, name.name, row.uid, row.version, row.record)
  if (changes === 0) throw new LeaseConflictError(name)
  return row
}

function update(database: DatabaseSync, seen: StoredLease, next: LeaseRecord): LeaseRow {
  const { name, uid } = seen
  const row = { uid, version: nextVersion(database), record: JSON.stringify(next) }
  const sql = `UPDATE leases SET version = CAST(? AS INTEGER), record = ?
    WHERE namespace = ? AND name = ? AND uid = ? AND version = CAST(? AS INTEGER)`
  const { changes } = database
    .prepare(sql)
    .run(row.version, row.record, name.namespace, name.name, uid, seen.version)
  if (changes === 0) throw new LeaseConflictError(name)
  return row
}

/** What was seen of it, or before it was made, can be written no more: so the row stays. */
function forget(database: DatabaseSync, { namespace, name }: LeaseName): void {
  const row = newRow(database, NEVER_HELD)
  database
    .prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, CAST(? AS INTEGER), ?)')
    .run(namespace, name, row.uid, row.version, row.record)
}

const newRow = (database: DatabaseSync, record: LeaseRecord): LeaseRow => ({
  uid: crypto.randomUUID(),
  version: nextVersion(database),
  record: JSON.stringify(record),
})

/** Of all Leases of the file, so that it outlives each. */
function nextVersion(database: DatabaseSync): string {
  const sql = 'UPDATE store SET version = version + 1 RETURNING CAST(version AS TEXT) AS version'
  return (database.prepare(sql).get() as Pick<LeaseRow, 'version'>).version
}

const lastVersion = (database: DatabaseSync): string => {
  const sql = 'SELECT CAST(version AS TEXT) AS version FROM store'
  return (database.prepare(sql).get() as Pick<LeaseRow, 'version'>).version
}

const storeId = (database: DatabaseSync): string =>
  (database.prepare('SELECT epoch FROM store').get() as { readonly epoch: string }).epoch
