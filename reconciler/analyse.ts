import { TimeLimit } from '../kubernetes/time-limit.ts'
import { orAborted } from '../leases/or-aborted.ts'
import { analysedMetrics } from '../rollouts/analysed-metrics.ts'
import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { AnalysisVerdict } from '../rollouts/analysis-verdict.ts'
import { analysisWindow } from '../rollouts/analysis-window.ts'
import { errorRateOfTest, isStableServing } from '../rollouts/error-rate.ts'
import type { Metrics } from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { AT_REST, stepStates } from '../rollouts/step-state.ts'
import { verdictOfFailures, verdictOfSlowness } from '../rollouts/verdict-of-requests.ts'
import { verdictOfValues } from '../rollouts/verdict-of-values.ts'
import { type Measurement, measureBoth } from './measure-both.ts'
import { measureValues } from './measure-values.ts'
import { measuredTrack } from './measured-track.ts'

export interface AnalyseProps {
  readonly metrics: Metrics
  readonly plan: RolloutPlan
  /** The step that traffic is live in, counted from 1. */
  readonly step: number
  /** When the traffic of the step was live, by the clock of the cluster. */
  readonly liveSinceMs: number
  /** The clock of the cluster. */
  readonly nowMs: number
  /** Ends the analysis without verdicts. @default - nobody does */
  readonly signal?: AbortSignal
  /**
   * Longest time for all metrics together.
   *
   * @default 5000 - a tick has other rollouts to look at
   */
  readonly deadlineMs?: number
  /**
   * Share of good candidates that may be aborted.
   *
   * @default 0.01 - `DEFAULT_ERROR_RATE`
   */
  readonly errorRate?: number
}

/**
 * Looks at all metrics of a step at once. Whatever keeps a store from answering, in time or at all,
 * makes the metric inconclusive and says why; it never throws for it.
 *
 * @throws the reason of `signal`
 */
export async function analyse(props: AnalyseProps): Promise<readonly AnalysisVerdict[]> {
  const { plan, step, signal, deadlineMs = 5_000 } = props
  const limit = new TimeLimit(deadlineMs, signal)
  try {
    const verdicts = analysedMetrics(plan.spec, step).map((metric) =>
      verdictInTime(metric, props, limit),
    )
    return await Promise.all(verdicts)
  } finally {
    limit.end()
  }
}

async function verdictInTime(
  metric: AnalysisMetric,
  props: AnalyseProps,
  limit: TimeLimit,
): Promise<AnalysisVerdict> {
  try {
    return await orAborted(verdictOf(metric, props, limit.signal), limit.signal)
  } catch (error) {
    props.signal?.throwIfAborted()
    const reason = limit.isOver
      ? `the metric store did not answer within ${limit.ms / 1000} s`
      : reasonOf(error)
    return { metric: metric.name, outcome: 'inconclusive', reason }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MetricsError) return oneLine(error.message)
  const message = error instanceof Error ? error.message : String(error)
  return oneLine(`the metric store failed: ${message}`)
}

const LONGEST_REASON = 300

/** Reasons become lines of commits, and a store may say anything. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON - 1)}…`
}

async function verdictOf(
  metric: AnalysisMetric,
  { metrics, plan, step, liveSinceMs, nowMs, errorRate: whole }: AnalyseProps,
  signal: AbortSignal,
): Promise<AnalysisVerdict> {
  const window = analysisWindow({ liveSinceMs, nowMs, windowSeconds: metric.windowSeconds })
  const state = stepStates(plan.spec)[step - 1] ?? AT_REST
  const errorRate = errorRateOfTest(plan.spec, window.number, whole)
  const measurement: Measurement = {
    canary: measuredTrack(plan, 'canary'),
    stable: measuredTrack(plan, 'stable'),
    isCompared: metric.compareWithStable && isStableServing(state),
  }
  switch (metric.type) {
    case 'success-rate': {
      const counts = await measureBoth(measurement, (track) =>
        metrics.failures(track, window, signal),
      )
      return verdictOfFailures(metric, { ...counts, errorRate })
    }
    case 'latency': {
      const counts = await measureBoth(measurement, (track) =>
        metrics.slowness(track, window, metric.belowMs, signal),
      )
      return verdictOfSlowness(metric, { ...counts, errorRate })
    }
    case 'query': {
      const times = { liveSinceMs, nowMs, window }
      const values = await measureValues({ metrics, metric, measurement, times, signal })
      return verdictOfValues(metric, { ...values, errorRate })
    }
  }
}
