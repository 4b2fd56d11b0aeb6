import { lockTiming } from '../leases/lock-timing.ts'
import type { ElectionTiming } from './elector-variables.ts'
import { type StopBounds, stopBounds } from './stop-bounds.ts'

/**
 * When a leader that cannot renew stops to lead, and when the work under it is killed. It leads for
 * as long as its renew deadline says, or less where that would leave its work no time to end.
 */
export function electionBounds({
  ttlSeconds,
  renewDeadlineMs,
}: Omit<ElectionTiming, 'retryPeriodMs'>): StopBounds {
  const timing = lockTiming({ ttlSeconds })
  const { termBeforeMs, killBeforeMs } = stopBounds(timing)
  const renewalGivesMs = timing.ttlMs - timing.marginMs
  return { termBeforeMs: Math.max(termBeforeMs, renewalGivesMs - renewDeadlineMs), killBeforeMs }
}
