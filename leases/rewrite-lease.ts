import { describeLease } from './lease-name.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading, StoredLease } from './lease-store.ts'
import { LeaseConflictError, LeaseStoreError } from './lease-store-errors.ts'
import type { LockContext } from './lock.ts'

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 500

/**
 * Changes a Lease, whoever else writes it meanwhile: on a conflict it is read again, and the change
 * is made anew.
 *
 * @param first as it was seen last; its first write needs no read
 * @param change called right before each write; `undefined` leaves the Lease as it is
 * @throws {LeaseStoreError}, also if the store went back to an earlier state, and whatever `change` throws
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
    const now = await store.read(reading.lease.name, signal)
    refuseEarlier(now.lease, reading.lease)
    reading = now
  }
}

/** Versions only grow, unless the store was put back to an earlier state: then tokens come twice. */
function refuseEarlier(now: StoredLease, seen: StoredLease): void {
  if (BigInt(now.version) >= BigInt(seen.version)) return
  throw new LeaseStoreError({
    message: `Lease ${describeLease(seen.name)} is at version ${now.version} and was at ${seen.version} before: its store was put back to an earlier state. Whoever did that raises the epoch, so that tokens of before cannot be mistaken for new ones`,
    outcome: 'none',
    retryable: false,
  })
}
