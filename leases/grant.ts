import type { Moment } from './clock.ts'
import type { FencingToken } from './fencing-token.ts'
import { holdState, isInterop } from './hold-state.ts'
import type { LeaseReading, StoredLease } from './lease-store.ts'
import { HoldLostError } from './lock-errors.ts'
import { type LockTiming, lockTiming } from './lock-timing.ts'
import { LEASE_ANNOTATIONS } from './names.ts'

/** A hold, as its holder knows it after a write that the store has confirmed. */
export interface Grant {
  readonly id: string
  readonly token: FencingToken
  /** The Lease as it was written last: renewing takes one call, without reading first. */
  readonly written: LeaseReading
  readonly timing: LockTiming
  /** Before that write was sent. What the holder may believe counts from here. */
  readonly since: Moment
}

/**
 * @param written what the store answered to a write of the holder
 * @param since before that write was sent
 * @throws {HoldLostError} if somebody has taken the token from the Lease by hand
 */
export function grantOf(id: string, written: LeaseReading, since: Moment): Grant {
  const { lease } = written
  const { annotations, leaseDurationSeconds } = lease.record
  const number = annotations[LEASE_ANNOTATIONS.token] ?? ''
  const epoch = annotations[LEASE_ANNOTATIONS.epoch]
  if (epoch === undefined || !DECIMAL.test(number)) {
    throw new HoldLostError(lease.name, id, 'unknown', 'its token was removed from the Lease')
  }
  const timing = lockTiming({
    ttlSeconds: leaseDurationSeconds,
    isInterop: isInterop(lease.record),
  })
  return { id, token: { epoch, number: BigInt(number) }, written, timing, since }
}

/** Whether a Lease, as somebody else has written it since, is still of this hold. */
export const isStillOf = (id: string, lease: StoredLease): boolean => {
  const hold = holdState(lease)
  return hold?.id === id && !hold.isReleased && hold.broken === undefined
}

const DECIMAL = /^(0|[1-9]\d{0,38})$/
