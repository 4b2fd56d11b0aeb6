/**
 * When a hold ends, for its holder and for everybody else.
 *
 * The holder stops to believe `ttl - margin` after it *sent* its last renewal that was confirmed.
 * Everybody else waits until they have seen the hold without a sign of life for all of `ttl`, and
 * they can have seen that renewal only after it was sent. So both believe at once only if the clock
 * of one runs faster than that of the other by more than `ttl / (ttl - margin)`. No clock is ever
 * compared with another one.
 */
export interface LockTiming {
  readonly ttlMs: number
  /** How much sooner the holder stops. */
  readonly marginMs: number
  /** A third of `ttl`: two renewals may fail. */
  readonly renewEveryMs: number
}

export const DEFAULT_TTL_SECONDS = 30
export const LEAST_TTL_SECONDS = 3
export const MOST_TTL_SECONDS = 24 * 60 * 60

const LEAST_MARGIN_MS = 1000
const MARGIN_SHARE = 0.1
/** client-go reads and writes renewals in whole seconds, so it can miss one for that long. */
const INTEROP_MARGIN_MS = 1000

/** A time to live that no lock can have. */
export class TtlOutOfRangeError extends Error {
  override readonly name = 'TtlOutOfRangeError'
  readonly code = 'TTL_OUT_OF_RANGE'

  constructor(ttlSeconds: number) {
    super(
      `A time to live of ${ttlSeconds} s is not possible. Use whole seconds from ${LEAST_TTL_SECONDS} to ${MOST_TTL_SECONDS} (a day)`,
    )
  }
}

export interface LockTimingProps {
  /** Whole seconds, since Leases have no others. @default 30 */
  readonly ttlSeconds?: number
  /** Whether electors of client-go may contend. @default false */
  readonly isInterop?: boolean
}

/** @throws {TtlOutOfRangeError} */
export function lockTiming({
  ttlSeconds = DEFAULT_TTL_SECONDS,
  isInterop = false,
}: LockTimingProps = {}): LockTiming {
  const isPossible =
    Number.isInteger(ttlSeconds) &&
    ttlSeconds >= LEAST_TTL_SECONDS &&
    ttlSeconds <= MOST_TTL_SECONDS
  if (!isPossible) throw new TtlOutOfRangeError(ttlSeconds)
  const ttlMs = ttlSeconds * 1000
  const marginMs = Math.max(LEAST_MARGIN_MS, ttlMs * MARGIN_SHARE)
  return {
    ttlMs,
    marginMs: isInterop ? marginMs + INTEROP_MARGIN_MS : marginMs,
    renewEveryMs: ttlMs / 3,
  }
}

/** How many times faster one clock may run than another before two can believe that they hold. */
export const toleratedRateRatio = ({ ttlMs, marginMs }: LockTiming): number =>
  ttlMs / (ttlMs - marginMs)

/** How long others wait for one that seems dead. A foreign elector renews in whole seconds. */
export const termMs = (leaseDurationSeconds: number, isForeign: boolean): number =>
  leaseDurationSeconds * 1000 + (isForeign ? INTEROP_MARGIN_MS : 0)
