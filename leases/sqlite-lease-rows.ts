import type { DatabaseSync } from 'node:sqlite'
import { describeLease, type LeaseName } from './lease-name.ts'
import { isMade } from './lease-not-yet-made.ts'
import { type LeaseRecord, NEVER_HELD } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'
import { LeaseConflictError } from './lease-store-errors.ts'
import { parseLeaseRecord } from './parse-lease-record.ts'
import { ForeignDatabaseError } from './sqlite-schema.ts'

/* Leases as rows of a file. All that is said of versions is about the file, since it gives them. */

interface LeaseRow {
  readonly uid: string
  /** As text: it can outgrow a number. */
  readonly version: string
  /** JSON. */
  readonly record: string
}

/** @throws {ForeignDatabaseError} if somebody else wrote the row */
function leaseOf(name: LeaseName, { uid, version, record: text }: LeaseRow): StoredLease {
  const record = parseLeaseRecord(text)
  if (record !== undefined) return { name, uid, version, record }
  throw new ForeignDatabaseError(
    `what it has of Lease ${describeLease(name)} is damaged. Once nobody works under that lock, delete the row from its table leases`,
  )
}

/** Far more than a Lease ever says is not even looked at. */
const COLUMNS = `uid, CAST(version AS TEXT) AS version,
  CASE WHEN length(record) <= ${1024 * 1024} THEN record ELSE '' END AS record`

/** @throws {ForeignDatabaseError} */
export function find(database: DatabaseSync, name: LeaseName): StoredLease | undefined {
  const sql = `SELECT ${COLUMNS} FROM leases WHERE namespace = ? AND name = ?`
  const row = database.prepare(sql).get(name.namespace, name.name) as LeaseRow | undefined
  return row && leaseOf(name, row)
}

/** @throws {ForeignDatabaseError} */
export function findAll(
  database: DatabaseSync,
  namespace: string | undefined,
): readonly StoredLease[] {
  const sql = `SELECT namespace, name, ${COLUMNS}
    FROM leases WHERE namespace = coalesce(?, namespace) ORDER BY namespace, name`
  const rows = database.prepare(sql).all(namespace ?? null) as unknown as (LeaseRow & LeaseName)[]
  return rows.map(({ namespace, name, ...row }) => leaseOf({ namespace, name }, row))
}

/** Whether a Lease is as it was seen. */
export function isAsSeen(database: DatabaseSync, seen: StoredLease): boolean {
  const { namespace, name } = seen.name
  const sql =
    'SELECT uid, CAST(version AS TEXT) AS version FROM leases WHERE namespace = ? AND name = ?'
  const row = database.prepare(sql).get(namespace, name) as Omit<LeaseRow, 'record'> | undefined
  if (row === undefined) return !isMade(seen)
  return row.uid === seen.uid && row.version === seen.version
}

/**
 * Its first write.
 *
 * @throws {LeaseConflictError} if it was there since it was seen, even if it was forgotten again
 */
export function insert(
  database: DatabaseSync,
  { name }: StoredLease,
  next: LeaseRecord,
): StoredLease {
  const row = newRow(database, next)
  const { changes } = database
    .prepare('INSERT INTO leases VALUES (?, ?, ?, CAST(? AS INTEGER), ?) ON CONFLICT DO NOTHING')
    .run(name.namespace, name.name, row.uid, row.version, row.record)
  if (changes === 0) throw new LeaseConflictError(name)
  return leaseOf(name, row)
}

/** @throws {LeaseConflictError} */
export function update(
  database: DatabaseSync,
  { name, uid, version }: StoredLease,
  next: LeaseRecord,
): StoredLease {
  const row = { uid, version: nextVersion(database), record: JSON.stringify(next) }
  const sql = `UPDATE leases SET version = CAST(? AS INTEGER), record = ?
    WHERE namespace = ? AND name = ? AND uid = ? AND version = CAST(? AS INTEGER)`
  const { changes } = database
    .prepare(sql)
    .run(row.version, row.record, name.namespace, name.name, uid, version)
  if (changes === 0) throw new LeaseConflictError(name)
  return leaseOf(name, row)
}

/** What was seen of it, or before it was made, can be written no more: so the row stays. */
export function forget(database: DatabaseSync, { namespace, name }: LeaseName): void {
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
const nextVersion = (database: DatabaseSync): string =>
  ofStore(database, 'UPDATE store SET version = version + 1 RETURNING CAST(version AS TEXT) AS it')

export const lastVersion = (database: DatabaseSync): string =>
  ofStore(database, 'SELECT CAST(version AS TEXT) AS it FROM store')

export const storeId = (database: DatabaseSync): string =>
  ofStore(database, 'SELECT epoch AS it FROM store')

/** @throws {ForeignDatabaseError} if its one row is gone */
function ofStore(database: DatabaseSync, sql: string): string {
  const row = database.prepare(sql).get() as { readonly it: string } | undefined
  if (row !== undefined) return row.it
  throw new ForeignDatabaseError(
    'it does not know any more which versions it gave. Move it away while nothing uses it: a new one is another store',
  )
}
