import type { LeaseName } from './lease-name.ts'
import type { LeaseRecord } from './lease-record.ts'

/**
 * Where Leases live, and the clock of whoever keeps them.
 *
 * Promised by every store, and all that the locks rely on:
 *
 * 1. `replace` is a compare-and-swap: of several writers that have seen the same version, one wins.
 * 2. Versions are decimal numbers. Each write gives its Lease a larger one than any Lease of that
 *    name had before, in real time, over deletion and recreation too, as long as the epoch stays
 *    the same (locking L, section 2.2; confirmed by K22).
 * 3. What `read` answers was so at some moment after it was called.
 * 4. A Lease that was deleted stays deleted: nothing that was seen of it can be written any more.
 *
 * A store may take a record that is the same as before for no write at all, and keep the version
 * (L7, K21). So no two records that are written are the same: a renewal counts, a hold has an id.
 *
 * Not promised: that a `replace` that failed has not happened, or will not happen later. A request
 * can be carried out long after its caller gave it up (L12); `LeaseStoreError.outcome` tells.
 */
export interface LeaseStore {
  /**
   * @throws {LeaseMissingError} if there is none, and this store does not make Leases when they are first written
   * @throws {LeaseStoreError}
   */
  read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading>

  /**
   * Writes a record over the Lease that was seen, if it is still that one at that version.
   *
   * @throws {LeaseConflictError} if somebody wrote first, or the Lease was deleted
   * @throws {LeaseStoreError}
   */
  replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading>

  /**
   * Resolves when the Lease is, or may be, no longer at the version that was seen; also if nobody
   * can tell any more. So whoever waits reads again, and waits with a limit of its own too.
   *
   * @throws the reason of the signal, once that aborts
   */
  changed(seen: StoredLease, signal: AbortSignal): Promise<void>

  /**
   * What makes versions comparable, as `<store>.<generation>`. An operator raises the generation when
   * the store was put back to an earlier state, whose versions come a second time.
   */
  epoch(): Promise<string>
}

export interface LeaseReading {
  readonly lease: StoredLease
  /** Milliseconds since 1970 by the store's own clock when it answered; in whole seconds for some. */
  readonly storeTimeMs: number
}

/** A Lease as a store had it. */
export interface StoredLease {
  readonly name: LeaseName
  /** Another one for each object of that name. */
  readonly uid: string
  readonly version: string
  readonly record: LeaseRecord
  /** What others keep on the same object: labels, owners. Belongs to the store, which writes it back. */
  readonly rest?: unknown
}
