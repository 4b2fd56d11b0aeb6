import { TimeLimit } from '../kubernetes/time-limit.ts'
import type { Metrics } from '../rollouts/metrics.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { measuredTrack } from './measured-track.ts'
import { orAborted } from './or-aborted.ts'

export interface CanaryRequestsProps {
  readonly metrics: Metrics
  readonly plan: RolloutPlan
  /** When the route was live that gives the canary nothing. */
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

/**
 * Requests a second that reach a canary although its route gives it none: connections that were kept
 * open go where they always went. `undefined` where nobody can tell, since the end of an abort must not
 * hang on a store of metrics.
 *
 * @throws the reason of `signal`
 */
export async function canaryRequestsPerSecond(
  props: CanaryRequestsProps,
): Promise<number | undefined> {
  const { metrics, plan, liveSinceMs, nowMs, deadlineMs, signal } = props
  if (!plan.spec.analysis.some(({ type }) => type !== 'query')) return undefined
  const startMs = Math.max(liveSinceMs, nowMs - WINDOW_MS)
  if (startMs >= nowMs) return undefined
  const limit = new TimeLimit(deadlineMs, signal)
  try {
    const window = { startMs, endMs: nowMs }
    const counted = metrics.failures(measuredTrack(plan, 'canary'), window, limit.signal)
    const { total } = await orAborted(counted, limit.signal)
    return (total * 1000) / (nowMs - startMs)
  } catch {
    signal?.throwIfAborted()
    return undefined
  } finally {
    limit.end()
  }
}
