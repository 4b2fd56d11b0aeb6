import { analysedMetrics } from '../rollouts/analysed-metrics.ts'
import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { AnalysisVerdict } from '../rollouts/analysis-verdict.ts'
import { analysisWindow } from '../rollouts/analysis-window.ts'
import { errorRateOfTest } from '../rollouts/error-rate.ts'
import type { RequestCounts, TimeWindow } from '../rollouts/metrics.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { SimulatedTraffic, SimulatedWorld } from '../rollouts/simulated-release.ts'
import { verdictOfFailures } from '../rollouts/verdict-of-requests.ts'

/** What a person says of the world that a release is to be run in. Times in milliseconds. */
export interface WorldDescription {
  /** Time between two looks. */
  readonly everyMs: number
  /** Time from a commit until the cluster has it. */
  readonly syncMs: number
  /** Time until pods that are asked for are ready. */
  readonly readyMs: number
  /** Of both tracks together. */
  readonly requestsPerSecond: number
  /** Share of the canary's requests that fail, in percent, from a time since the start on. */
  readonly failures: readonly Failing[]
}

export interface Failing {
  readonly percent: number
  readonly fromMs: number
}

/** The world as it was described: requests come evenly, and whatever nobody spoke of is good. */
export function describedWorld(plan: RolloutPlan, world: WorldDescription): SimulatedWorld {
  return {
    passMs: () => world.everyMs,
    syncs: (_, differsForMs) => differsForMs >= world.syncMs,
    getReady: (_, shortForMs) => (shortForMs >= world.readyMs ? Number.POSITIVE_INFINITY : 0),
    verdicts: (traffic) =>
      metricsNow(plan, traffic).map((metric) => verdictOf(metric, { plan, world, traffic })),
  }
}

function metricsNow({ spec }: RolloutPlan, { record }: SimulatedTraffic) {
  const stage = record.rollout?.stage
  if (stage?.phase !== 'progressing') return []
  return analysedMetrics(spec, stage.part === 'live' ? stage.step : stage.step - 1)
}

interface Judged {
  readonly plan: RolloutPlan
  readonly world: WorldDescription
  readonly traffic: SimulatedTraffic
}

function verdictOf(metric: AnalysisMetric, { plan, world, traffic }: Judged): AnalysisVerdict {
  if (metric.type !== 'success-rate') {
    return { metric: metric.name, outcome: 'pass', reason: `${metric.name} is taken for good` }
  }
  const { windowSeconds } = metric
  const window = analysisWindow({ ...traffic, windowSeconds })
  const total = requestsIn(window, world.requestsPerSecond * traffic.weight)
  const stableTotal = requestsIn(window, world.requestsPerSecond * (100 - traffic.weight))
  const isCompared = metric.compareWithStable && traffic.weight < 100
  return verdictOfFailures(metric, {
    canary: { total, bad: failuresIn(window, world, traffic, total) },
    ...(isCompared && { stable: { total: stableTotal, bad: 0 } satisfies RequestCounts }),
    errorRate: errorRateOfTest(plan.spec, window.number),
  })
}

const requestsIn = ({ startMs, endMs }: TimeWindow, perSecondAndPercent: number): number =>
  Math.floor(((endMs - startMs) / 1000) * (perSecondAndPercent / 100))

/** By the part of the window in which each share was in force. */
function failuresIn(
  { startMs, endMs }: TimeWindow,
  { failures }: WorldDescription,
  { startMs: beganMs }: SimulatedTraffic,
  total: number,
): number {
  if (endMs <= startMs) return 0
  const sorted = failures.toSorted((a, b) => a.fromMs - b.fromMs)
  const bad = sorted.map(({ percent, fromMs }, index) => {
    const from = Math.max(startMs, beganMs + fromMs)
    const to = Math.min(endMs, beganMs + (sorted[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY))
    return (Math.max(0, to - from) / (endMs - startMs)) * (percent / 100) * total
  })
  return Math.min(total, Math.round(bad.reduce((sum, one) => sum + one, 0)))
}
