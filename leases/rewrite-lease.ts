import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading } from './lease-store.ts'
import { LeaseConflictError } from './lease-store-errors.ts'
import type { LockContext } from './lock.ts'

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 500

/**
 * Changes a Lease, whoever else writes it meanwhile: on a conflict it is read again, and the change
 * is made anew.
 *
 * @param first as it was seen last; its first write needs no read
 * @param change called right before each write; `undefined` leaves the Lease as it is
 * @throws {LeaseStoreError}, and whatever `change` throws
 */
export async function rewriteLease(
  { store, clock, random }: LockContext,
  first: LeaseReading,
  change: (reading: LeaseReading) => LeaseRecord | undefined,
  signal?: AbortSignal,
): Promise<LeaseReading> {
  let reading = first
  for (let conflicts = 0; ; conflicts++) {
    const next = change(reading)
    if (next === undefined) return reading
    try {
      return await store.replace(reading.lease, next, signal)
    } catch (error) {
      if (!(error instanceof LeaseConflictError)) throw error
    }
    // The first conflict is mostly somebody's one write; those that follow are a crowd.
    const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** conflicts, LONGEST_PAUSE_MS)
    if (conflicts > 0) await clock.sleep(random() * longestMs, signal)
    reading = await store.read(reading.lease.name, signal)
  }
}
