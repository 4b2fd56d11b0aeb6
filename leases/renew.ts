import { type Moment, momentOf } from './clock.ts'
import { type Grant, grantOf, isStillOf } from './grant.ts'
import { endedHold, holdState } from './hold-state.ts'
import { renewed } from './hold-writes.ts'
import type { StoredLease } from './lease-store.ts'
import type { LockContext } from './lock.ts'
import { HoldLostError } from './lock-errors.ts'
import { rewriteLease } from './rewrite-lease.ts'

/**
 * A sign of life: one write. Only if somebody else has written the Lease since, a label or that
 * they wait, it is read again.
 *
 * @throws {HoldLostError} if the hold is over
 * @throws {LeaseStoreError} after which it may have worked or not; trying again is safe
 */
export async function renew(
  context: LockContext,
  grant: Grant,
  signal?: AbortSignal,
): Promise<Grant> {
  let since: Moment = grant.since
  const written = await rewriteLease(
    context,
    grant.written,
    ({ lease }) => {
      assertOwn(grant, lease)
      since = momentOf(context.clock)
      return renewed(lease.record, since.wallMs)
    },
    signal,
  )
  return grantOf(grant.id, written, since)
}

/**
 * Whether a Lease is still of that hold.
 *
 * @throws {HoldLostError} if not, and says why
 */
export function assertOwn({ id, written }: Grant, now: StoredLease): void {
  if (now.uid === written.lease.uid && isStillOf(id, now)) return
  const hold = holdState(now)
  const own = hold?.id === id ? hold : undefined
  if (own?.broken !== undefined) {
    throw new HoldLostError(now.name, id, 'broken', own.broken.reason)
  }
  throw new HoldLostError(
    now.name,
    id,
    own?.isReleased ? 'released' : (endedHold(now.record, id)?.how ?? 'unknown'),
  )
}
