import { CarriedObservation, judgesLateMs } from '../../leases/carried-observation.ts'
import type { HoldRequest } from '../../leases/hold-writes.ts'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import type { Lock } from '../../leases/lock.ts'
import { LockQueue } from '../../leases/lock-queue.ts'
import { standInLine, untilWorthwhile } from '../../leases/stand-in-line.ts'
import type { Place } from '../../leases/tickets.ts'
import { type Acquired, type HeldByOthers, tryAcquire } from '../../leases/try-acquire.ts'
import type { LockCall } from './lock-call.ts'
import { SameHoldJudge } from './same-hold-judge.ts'

/** What a caller asks for, and what it brings. */
export interface HoldAttempt {
  readonly lock: Lock
  readonly request: HoldRequest
  /** The observation of an earlier answer. */
  readonly observation: string | undefined
}

export interface Refused extends HeldByOthers {
  /** To be brought the next time. */
  readonly observation?: string
}

/** One that waits for its turn, and has to come again to keep it. */
export interface Queued extends Omit<HeldByOthers, 'kind'> {
  readonly kind: 'queued'
  readonly place: Place
  readonly observation: string | undefined
  /** How often whoever waits has to come. */
  readonly refreshMs: number
}

/**
 * Tries once.
 *
 * @throws {ProblemError} if it cannot be meant
 * @throws {HoldLostError} {LeaseMissingError} {LeaseStoreError} {BrokenSealError}
 */
export async function attemptHold(
  { locks, seal, clock, skewMs, signal }: LockCall,
  { lock, request, observation: brought }: HoldAttempt,
): Promise<Acquired | Refused> {
  const carried = new CarriedObservation({
    seal,
    clock,
    ...(brought !== undefined && { brought }),
    ...(skewMs !== undefined && { skewMs }),
  })
  const judge = new SameHoldJudge(carried, request)
  const attempt = await tryAcquire(locks, lock, request, judge, signal)
  if (attempt.kind === 'acquired') return attempt
  const { observation } = carried
  return { ...attempt, ...(observation !== undefined && { observation }) }
}

/**
 * Comes to the queue of the lock and waits there, up to a time. Who has got it, or gives up, has to
 * leave; whoever does not come again is forgotten after a while.
 *
 * @throws what `attemptHold` does
 * @throws {QueueFullError}
 */
export async function attemptInTurn(
  call: LockCall,
  attempt: HoldAttempt,
  waitMs: number,
): Promise<Acquired | Refused | Queued> {
  const { locks, clock, skewMs, signal } = call
  const { lock, request } = attempt
  const line = new LockQueue(locks, lock, request.ttlSeconds, {
    judgesLateMs: judgesLateMs(skewMs),
  })
  const untilMs = clock.monotonicMs() + waitMs
  let { observation } = attempt
  for (;;) {
    const result = await attemptHold(call, { lock, request, observation })
    if (result.kind === 'acquired') {
      await strikeOrLet(line, request.id)
      return result
    }
    observation = result.observation ?? observation
    if (result.disagreementMs !== undefined)
      return { ...result, ...(observation && { observation }) }
    const standing = await standInLine(locks, result, line, request.id)
    const leftMs = untilMs - clock.monotonicMs()
    if (leftMs <= 0) {
      const { place } = standing
      return { ...result, kind: 'queued', place, observation, refreshMs: line.refreshMs }
    }
    await untilWorthwhile(locks, standing, leftMs, signal)
  }
}

/** Whoever holds the lock counts as having left, for as long as it does. */
async function strikeOrLet(line: LockQueue, id: string): Promise<void> {
  try {
    await line.strike(id)
  } catch (error) {
    if (!(error instanceof LeaseStoreError)) throw error
  }
}
