import type { Clock } from './clock.ts'
import type { Grant } from './grant.ts'
import { cooling, type HoldRequest, handedOver, released } from './hold-writes.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { StoredLease } from './lease-store.ts'
import type { LockContext } from './lock.ts'
import { HoldLostError } from './lock-errors.ts'
import { LEASE_ANNOTATIONS } from './names.ts'
import { assertOwn } from './renew.ts'
import { rewriteLease } from './rewrite-lease.ts'

/**
 * Gives the lock back: one write. What it protects must have stopped before. With a minimum that is
 * not over, the others have to wait for the rest of it.
 *
 * Done already is done: a second call changes nothing.
 *
 * @throws {HoldLostError} if the hold had ended in another way
 * @throws {LeaseStoreError} after which it may have worked or not; trying again is safe
 */
export async function release(context: LockContext, grant: Grant): Promise<void> {
  try {
    await writeOwn(context, grant, ({ record }) => {
      const wallMs = context.clock.wallMs()
      const seconds = Math.ceil(minimumLeftMs(context.clock, record) / 1000)
      return seconds > 0 ? cooling(record, seconds, wallMs) : released(record, grant.id, wallMs)
    })
  } catch (error) {
    if (!(error instanceof HoldLostError && error.how === 'released')) throw error
  }
}

/**
 * Gives the lock to somebody in particular, at once and past the queue. They have it when they
 * acquire it under that id, and until then nobody else has.
 *
 * @throws {HoldLostError}
 * @throws {LeaseStoreError}
 */
export async function handOver(context: LockContext, grant: Grant, to: HoldRequest): Promise<void> {
  const epoch = await context.store.epoch()
  try {
    await writeOwn(context, grant, (lease) =>
      handedOver(lease, to, { epoch, wallMs: context.clock.wallMs() }),
    )
  } catch (error) {
    if (!(error instanceof HoldLostError && error.how === 'handed over')) throw error
  }
}

const writeOwn = (
  context: LockContext,
  grant: Grant,
  next: (lease: StoredLease) => LeaseRecord,
): Promise<unknown> =>
  rewriteLease(context, grant.written, ({ lease }) => {
    assertOwn(grant, lease)
    return next(lease)
  })

/**
 * By the clock of whoever acquired it and whoever releases it, mostly the same: it is about how
 * soon the next one starts, not about how many hold.
 */
function minimumLeftMs(clock: Clock, { acquireTime, annotations }: LeaseRecord): number {
  const minimumMs = Number(annotations[LEASE_ANNOTATIONS.minimumHold] ?? 0) * 1000
  const heldMs = Math.max(clock.wallMs() - Date.parse(acquireTime ?? ''), 0)
  return minimumMs > heldMs ? minimumMs - heldMs : 0
}
