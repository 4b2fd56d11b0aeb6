import { pauseAfter } from './backoff.ts'
import type { Grant } from './grant.ts'
import { holdState, mayBeQueued } from './hold-state.ts'
import { type HoldRequest, markedQueued } from './hold-writes.ts'
import type { StoredLease } from './lease-store.ts'
import { LeaseStoreError } from './lease-store-errors.ts'
import type { Lock, LockContext } from './lock.ts'
import { LockHeldError } from './lock-errors.ts'
import { LockQueue } from './lock-queue.ts'
import { release } from './release.ts'
import { rewriteLease } from './rewrite-lease.ts'
import { Sightings } from './sightings.ts'
import { type HeldByOthers, tryAcquire } from './try-acquire.ts'
import { untilChanged } from './until-changed.ts'

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
      await untilWorthwhile(context, attempt, { line, id: request.id, withinMs: leftMs, signal })
      failures = 0
    } catch (error) {
      if (leftMs <= 0) throw error
      const pauseMs = pauseAfter(error, failures, random)
      failures += 1
      await clock.sleep(Math.min(pauseMs, leftMs), signal)
    }
  }
}

/** Whoever is first in line and found the lock free has only lost a race. */
const AFTER_A_RACE_MS = 50

async function untilWorthwhile(
  context: LockContext,
  { leases, againInMs }: HeldByOthers,
  wait: {
    readonly line: LockQueue
    readonly id: string
    readonly withinMs: number
    readonly signal: AbortSignal | undefined
  },
): Promise<void> {
  const { ahead } = await wait.line.keep(wait.id)
  const [first] = leases
  const seen = first && leases.length === 1 ? [await markQueue(context, first)] : leases
  // What happened between the attempt and the mark is part of what was seen, and wakes nobody.
  const isFree = seen.some((lease) => holdState(lease) === undefined)
  const pauseMs = Math.max(isFree ? 0 : againInMs, AFTER_A_RACE_MS * context.random())
  // Only the first in line has to be quick: a queue that woke all at each change would be a crowd.
  const againMs = ahead === 0 ? pauseMs : wait.line.refreshMs
  await untilChanged(
    context,
    seen,
    Math.min(againMs, wait.line.refreshMs, wait.withinMs),
    wait.signal,
  )
}

/** Without it, whoever finds the lock free takes it and never looks at the queue. */
async function markQueue(context: LockContext, seen: StoredLease): Promise<StoredLease> {
  const { lease } = await rewriteLease(context, { lease: seen, storeTimeMs: 0 }, ({ lease }) =>
    mayBeQueued(lease.record) ? undefined : markedQueued(lease.record, true),
  )
  return lease
}

function ignoreStore(error: unknown): void {
  if (!(error instanceof LeaseStoreError)) throw error
}
