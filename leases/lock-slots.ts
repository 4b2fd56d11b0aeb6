import { withSlots } from './hold-writes.ts'
import type { LeaseReading, StoredLease } from './lease-store.ts'
import { LeaseMissingError } from './lease-store-errors.ts'
import { type Lock, type LockContext, leasesOf } from './lock.ts'
import { LockSlotsError } from './lock-errors.ts'
import { LEASE_ANNOTATIONS } from './names.ts'

/*
 * How many slots a lock has is said once, on its first Lease: two callers that disagreed would look at
 * different Leases, and a retry that says fewer would not find the hold that it got already.
 */

/**
 * The Leases of a lock, one for each slot.
 *
 * @throws {LockSlotsError} if it has another number of slots
 * @throws {LeaseMissingError} {LeaseStoreError}
 */
export async function readSlotLeases(
  { store }: LockContext,
  lock: Lock,
  signal: AbortSignal | undefined,
): Promise<readonly LeaseReading[]> {
  const reading = leasesOf(lock).map((name) => store.read(name, signal))
  try {
    const readings = await Promise.all(reading)
    assertSlots(lock, readings[0])
    return readings
  } catch (error) {
    // That of a slot which the lock does not have, perhaps.
    if (error instanceof LeaseMissingError) assertSlots(lock, await reading[0])
    throw error
  }
}

/**
 * Says on the first Lease how many there are, if nobody has yet: before anybody takes another slot.
 *
 * @throws {LeaseConflictError} if somebody wrote it meanwhile, and perhaps said another number
 * @throws {LeaseStoreError}
 */
export async function saySlots(
  { store }: LockContext,
  { slots = 1 }: Lock,
  first: StoredLease,
): Promise<void> {
  if (slotsSaid(first) === undefined) await store.replace(first, withSlots(first.record, slots))
}

function assertSlots(lock: Lock, first: LeaseReading | undefined): void {
  const { slots: asked = 1, firstAlone = false } = lock
  if (firstAlone) return
  const said = first && slotsSaid(first.lease)
  if (said !== undefined && said !== asked) throw new LockSlotsError(lock, said, asked)
}

/** `undefined` if nobody has said it yet. */
function slotsSaid({ record }: StoredLease): number | undefined {
  const slots = Number(record.annotations[LEASE_ANNOTATIONS.slots])
  return Number.isSafeInteger(slots) && slots > 0 ? slots : undefined
}
