import { analysedMetrics } from '../rollouts/analysed-metrics.ts'
import type { AnalysisMetric, LatencyMetric } from '../rollouts/analysis-metric.ts'
import type { AnalysisVerdict } from '../rollouts/analysis-verdict.ts'
import { analysisWindow } from '../rollouts/analysis-window.ts'
import { errorRateOfTest } from '../rollouts/error-rate.ts'
import type { RequestCounts, TimeWindow } from '../rollouts/metrics.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { SimulatedTraffic, SimulatedWorld } from '../rollouts/simulated-world.ts'
import {
  type MeasuredRequests,
  verdictOfFailures,
  verdictOfSlowness,
} from '../rollouts/verdict-of-requests.ts'

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
  /** Share of the canary's requests that fail, in percent. Before the first one none does. */
  readonly failures: readonly Since[]
  /**
   * Time within which as many requests are answered as each latency metric asks for, in milliseconds.
   * Before the first one none takes long. Absent if nobody has said anything of it.
   */
  readonly latency?: { readonly canary: readonly Since[]; readonly stable: readonly Since[] }
  /** Metrics that are good all the time, by name. */
  readonly good: readonly string[]
}

/** What is so from a time since the start on. */
export interface Since {
  readonly value: number
  readonly fromMs: number
}

/** The world as it was described: requests come evenly, and what nobody spoke of has no figures. */
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

function verdictOf(metric: AnalysisMetric, judged: Judged): AnalysisVerdict {
  const { world } = judged
  const { name } = metric
  if (world.good.includes(name)) {
    return { metric: name, outcome: 'pass', reason: `${name} was said to be good` }
  }
  if (metric.type === 'success-rate') {
    const share = ({ value }: Since) => value / 100
    const bad = { canary: world.failures, stable: [], share }
    return verdictOfFailures(metric, measured(metric, judged, bad))
  }
  if (metric.type === 'query' || world.latency === undefined) return withoutFigures(metric)
  const bad = { ...world.latency, share: ({ value }: Since) => slowShare(metric, value) }
  const { errorRate, canary, stable } = measured(metric, judged, bad)
  const boundaryMs = metric.belowMs
  return verdictOfSlowness(metric, {
    errorRate,
    canary: { ...canary, boundaryMs },
    ...(stable !== undefined && { stable: { ...stable, boundaryMs } }),
  })
}

function withoutFigures({ name, type }: AnalysisMetric): AnalysisVerdict {
  const described = type === 'latency' ? 'describe it with --latency, or ' : ''
  const reason = `${name} has no figures here: ${described}say with --good ${name} that it is good`
  return { metric: name, outcome: 'inconclusive', reason }
}

/** As if times were distributed exponentially: more of them are long the longer they are at all. */
const slowShare = ({ percentile, belowMs }: LatencyMetric, ms: number): number =>
  (1 - percentile / 100) ** (belowMs / ms)

interface BadRequests {
  readonly canary: readonly Since[]
  readonly stable: readonly Since[]
  /** Which part of the requests is bad while something is so. */
  readonly share: (since: Since) => number
}

function measured(
  { windowSeconds, compareWithStable }: AnalysisMetric,
  { plan, world, traffic }: Judged,
  { canary, stable, share }: BadRequests,
): MeasuredRequests {
  const { weight, startMs } = traffic
  const window = analysisWindow({ ...traffic, windowSeconds })
  const count = (percent: number, changes: readonly Since[]): RequestCounts => {
    const total = requestsIn(window, (world.requestsPerSecond * percent) / 100)
    const parts = changes.map((since) => ({ from: startMs + since.fromMs, share: share(since) }))
    return { total, bad: Math.min(total, Math.round(meanShare(window, parts) * total)) }
  }
  const isCompared = compareWithStable && weight < 100
  return {
    canary: count(weight, canary),
    ...(isCompared && { stable: count(100 - weight, stable) }),
    errorRate: errorRateOfTest(plan.spec, window.number),
  }
}

const requestsIn = ({ startMs, endMs }: TimeWindow, perSecond: number): number =>
  Math.floor(((endMs - startMs) / 1000) * perSecond)

/** By the part of the window in which each share was in force. */
function meanShare(
  { startMs, endMs }: TimeWindow,
  parts: readonly { readonly from: number; readonly share: number }[],
): number {
  if (endMs <= startMs) return 0
  const sorted = parts.toSorted((a, b) => a.from - b.from)
  const shares = sorted.map(({ from, share }, index) => {
    const begin = Math.max(startMs, from)
    const end = Math.min(endMs, sorted[index + 1]?.from ?? Number.POSITIVE_INFINITY)
    return (Math.max(0, end - begin) / (endMs - startMs)) * share
  })
  return shares.reduce((sum, one) => sum + one, 0)
}
