import { TimeLimit } from '../kubernetes/time-limit.ts'
import { orAborted } from '../leases/or-aborted.ts'
import type { Metrics, RequestCounts, TimeWindow } from '../rollouts/metrics.ts'
import type { LeftRequests } from '../rollouts/observe-traffic.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { measuredTrack } from './measured-track.ts'

export interface CanaryRequestsProps {
  readonly metrics: Metrics
  readonly plan: RolloutPlan
  /** When the route was live that gives the canary nothing, cut off to seconds. */
  readonly liveSinceMs: number
  /** The clock of the cluster. */
  readonly nowMs: number
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Longest time looked back. It moves on, so what was counted late does not count for ever; a store that
 * scrapes less often has nothing to say.
 */
const WINDOW_MS = 30_000

/** Shortest time without requests that counts as none: a connection that is kept open is not always busy. */
const COUNTED_MS = 5_000

/** The API server cuts times off to seconds. */
const SECOND_MS = 1_000

/**
 * Requests a second that reach a canary although its route gives it none: connections that were kept
 * open go where they always went. Those that came before every proxy had the route are not counted, so
 * it is `uncounted` for a while. `undefined` where nobody can tell, since the end of an abort must not
 * hang on a store of metrics.
 *
 * @throws the reason of `signal`
 */
export async function canaryRequestsPerSecond(
  props: CanaryRequestsProps,
): Promise<LeftRequests | undefined> {
  const { metrics, plan, nowMs, deadlineMs, signal } = props
  if (!plan.spec.analysis.some(({ type }) => type !== 'query')) return undefined
  const settledMs = settledAtMs(props)
  const window = { startMs: Math.max(settledMs, nowMs - WINDOW_MS), endMs: nowMs }
  if (window.startMs >= nowMs) return 'uncounted'
  const limit = new TimeLimit(deadlineMs, signal)
  try {
    const asked = metrics.failures(measuredTrack(plan, 'canary'), window, limit.signal)
    const counts = await orAborted(asked, limit.signal)
    return rateOf(counts, window, nowMs - settledMs < WINDOW_MS)
  } catch {
    signal?.throwIfAborted()
    return undefined
  } finally {
    limit.end()
  }
}

/** From when on no proxy sends a new connection to the canary. */
function settledAtMs({ plan, liveSinceMs }: CanaryRequestsProps): number {
  const { router } = plan.spec
  const settleMs = router.type === 'route' ? router.settleSeconds * 1000 : 0
  return liveSinceMs + SECOND_MS + settleMs
}

/** @param isEarly whether more can be counted than was up to now */
function rateOf(
  { total, countedUntilMs }: RequestCounts,
  { startMs, endMs }: TimeWindow,
  isEarly: boolean,
): LeftRequests | undefined {
  if (total > 0) return (total * 1000) / (endMs - startMs)
  if ((countedUntilMs ?? endMs) - startMs >= COUNTED_MS) return 0
  return isEarly ? 'uncounted' : undefined
}
