/**
 * Mutual exclusion on Leases.
 *
 * Not promised: that a holder has stopped when its hold is over. A process that was paused can wake
 * up late and go on, so whatever the lock protects has to refuse fencing tokens smaller than one
 * that it has already seen.
 *
 * Promised, as long as the store keeps what `LeaseStore` promises:
 *
 * - Every hold has a larger fencing token than all holds of that lock before it. (Of a lock with
 *   several slots: than all of its slot.)
 * - No two believe that they hold, as long as no clock runs faster than another one by more than
 *   `toleratedRateRatio`. How far apart clocks are set does not matter.
 * - Every call can be made again with the same id, at any time, and answers the same.
 * - Nothing that comes late changes a hold that came after it.
 */
import type { Clock } from './clock.ts'
import type { LeaseName } from './lease-name.ts'
import type { LeaseStore } from './lease-store.ts'
import { slotLeaseName } from './names.ts'

/** A lock, as all that use it have to agree on it. */
export interface Lock extends LeaseName {
  /** How many may hold it at once: as many as its first Lease says, if that was ever said. @default 1 */
  readonly slots?: number
  /**
   * Only its first slot is meant, however many it has: that of runs, which exclude one another.
   *
   * @default false
   */
  readonly firstAlone?: boolean
}

/** What all that is done with locks needs. */
export interface LockContext {
  readonly store: LeaseStore
  readonly clock: Clock
  /** From 0 up to 1, to spread retries. */
  readonly random: () => number
}

/** The Leases of a lock: one for each slot. */
export const leasesOf = ({ namespace, name, slots = 1 }: Lock): readonly LeaseName[] =>
  Array.from({ length: slots }, (_, slot) => ({ namespace, name: slotLeaseName(name, slot) }))
