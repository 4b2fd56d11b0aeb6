import type { DatabaseSync } from 'node:sqlite'

/** `Lock`, in the header of the file: what it is. */
const APPLICATION_ID = 0x4c6f636b
const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE store (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE leases (
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    uid TEXT NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (namespace, name)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** The file is a sound database, and not one of ours. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError'
  readonly code = 'FOREIGN_DATABASE'
}

/**
 * To be called in a transaction.
 *
 * @throws {ForeignDatabaseError}
 */
export function hasTables(database: DatabaseSync): boolean {
  const { application_id: application } = database.prepare('PRAGMA application_id').get() ?? {}
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
  if (application === 0 && tables === 0) return false
  if (application !== APPLICATION_ID) {
    throw new ForeignDatabaseError('it is a database of something else. Name another file')
  }
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {}
  if (version === SCHEMA_VERSION) return true
  throw new ForeignDatabaseError(`it has the form ${version}, of another release. Use that one`)
}

/** To be called in a transaction. */
export function makeTables(database: DatabaseSync): void {
  database.exec(SCHEMA)
  database.prepare('INSERT INTO store VALUES (1, ?, 1)').run(crypto.randomUUID())
}
