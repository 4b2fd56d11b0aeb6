import { pauseAfter } from './backoff.ts'
import type { Grant } from './grant.ts'
import type { HoldRequest } from './hold-writes.ts'
import { LeaseStoreError } from './lease-store-errors.ts'
import type { Lock, LockContext } from './lock.ts'
import { LockHeldError } from './lock-errors.ts'
import { LockQueue } from './lock-queue.ts'
import { release } from './release.ts'
import { Sightings } from './sightings.ts'
import { standInLine, untilWorthwhile } from './stand-in-line.ts'
import { tryAcquire } from './try-acquire.ts'

export interface AcquireProps {
  readonly lock: Lock
  readonly request: HoldRequest
  /** How long to wait for it; 0 tries once. @default forever */
  readonly waitMs?: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

/**
 * Waits for the lock, first come first served, and gets it. Whatever happens to its Lease wakes
 * whoever waits, so a lock that is released goes on at once.
 *
 * A write whose answer got lost may have taken the lock all the same. Asked again with the same id,
 * that hold is there; else it ends by itself.
 *
 * @throws {LockHeldError} if it took too long
 * @throws {HoldLostError} if this very hold has been there and is over
 * @throws {LockSlotsError} if the lock has another number of slots, or gets one while this waits
 * @throws {LeaseStoreError} if the store refuses, or did not answer for as long as this may wait
 * @throws the reason of the signal
 */
export async function acquire(context: LockContext, props: AcquireProps): Promise<Grant> {
  const { lock, request, signal } = props
  const line = new LockQueue(context, lock, request.ttlSeconds)
  try {
    const grant = await untilAcquired(context, props, line)
    if (signal?.aborted) await release(context, grant)
    signal?.throwIfAborted()
    return grant
  } finally {
    // Nobody waits for this: whoever holds the lock counts as having left.
    line.leave(request.id).catch(ignoreStore)
  }
}

async function untilAcquired(
  context: LockContext,
  { lock, request, waitMs = Number.POSITIVE_INFINITY, signal }: AcquireProps,
  line: LockQueue,
): Promise<Grant> {
  const { clock, random } = context
  const judge = new Sightings(clock)
  const untilMs = clock.monotonicMs() + waitMs
  for (let failures = 0; ; ) {
    signal?.throwIfAborted()
    const leftMs = untilMs - clock.monotonicMs()
    try {
      const attempt = await tryAcquire(context, lock, request, judge, signal)
      if (attempt.kind === 'acquired') return attempt.grant
      if (leftMs <= 0)
        throw new LockHeldError(
          lock,
          attempt.holders.map(({ holder }) => holder),
        )
      const standing = await standInLine(context, attempt, line, request.id)
      await untilWorthwhile(context, standing, leftMs, signal)
      failures = 0
    } catch (error) {
      if (leftMs <= 0) throw error
      // Whoever is first in line could not come either.
      judge.forget(line.lease)
      const pauseMs = pauseAfter(error, failures, random)
      failures += 1
      await clock.sleep(Math.min(pauseMs, leftMs), signal)
    }
  }
}

function ignoreStore(error: unknown): void {
  if (!(error instanceof LeaseStoreError)) throw error
}
