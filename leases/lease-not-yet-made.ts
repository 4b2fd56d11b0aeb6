import type { LeaseName } from './lease-name.ts'
import { NEVER_HELD } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'

/** Of no object. */
const NO_UID = ''

/**
 * A Lease that its store makes when it is first written, so that whoever only looks leaves nothing behind.
 *
 * @param version the last one that the store gave to any Lease: a hold's token is larger than all of
 * those that its Lease ever had, and smaller than the version of its first write
 */
export const notYetMade = (name: LeaseName, version: string): StoredLease => ({
  name,
  uid: NO_UID,
  version,
  record: NEVER_HELD,
})

/** Whether a store has had that Lease when it was seen. */
export const isMade = ({ uid }: StoredLease): boolean => uid !== NO_UID
