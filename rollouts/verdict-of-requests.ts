import type { LatencyMetric, SuccessRateMetric } from './analysis-metric.ts'
import type { AnalysisVerdict } from './analysis-verdict.ts'
import { judgeRequests, REQUEST_JUDGEMENTS, type RequestJudgement } from './judge-requests.ts'
import type { RequestCounts, SlowRequestCounts } from './metrics.ts'
import { countText, limitText, percentText, valueText } from './verdict-figures.ts'

export interface MeasuredRequests<Counts extends RequestCounts = RequestCounts> {
  readonly canary: Counts
  /** Absent where the canary is not compared, or stable has no requests by design. */
  readonly stable?: Counts
  /** Of each test. */
  readonly errorRate: number
}

/** What the share of requests that succeeded says of the canary. */
export function verdictOfFailures(
  metric: SuccessRateMetric,
  measured: MeasuredRequests,
): AnalysisVerdict {
  const limit = metric.atLeastPercent
  return verdict(metric, percentage(100 - limit), measured, {
    rate: ({ bad, total }) => percentText(100 * (1 - bad / total), limit, 'low'),
    share: (rate, total) => `success rate ${rate} of ${countText(total)} requests`,
    beyond: `below ${limitText(limit)}`,
    within: `at least ${limitText(limit)}`,
  })
}

/** What the share of requests that were answered in time says of the canary. */
export function verdictOfSlowness(
  metric: LatencyMetric,
  measured: MeasuredRequests<SlowRequestCounts>,
): AnalysisVerdict {
  const { canary, stable } = measured
  const limit = 100 - metric.percentile
  const time = `${valueText(canary.boundaryMs)} ms`
  if (stable !== undefined && stable.boundaryMs !== canary.boundaryMs) {
    const reason = `the histograms cannot be compared: the bucket nearest to ${valueText(metric.belowMs)} ms ends at ${time} on the canary and at ${valueText(stable.boundaryMs)} ms on stable`
    return { metric: metric.name, outcome: 'inconclusive', reason }
  }
  const than =
    canary.boundaryMs === metric.belowMs
      ? time
      : `${time} (the bucket nearest to ${valueText(metric.belowMs)} ms)`
  return verdict(metric, percentage(limit), measured, {
    rate: ({ bad, total }) => percentText((100 * bad) / total, limit, 'high'),
    share: (rate, total) => `${rate} of ${countText(total)} requests took longer than ${than}`,
    beyond: `more than ${limitText(limit)}`,
    within: `at most ${limitText(limit)}`,
  })
}

interface Wording {
  readonly rate: (counts: RequestCounts) => string
  readonly share: (rate: string, total: number) => string
  readonly beyond: string
  readonly within: string
}

function verdict(
  metric: SuccessRateMetric | LatencyMetric,
  allowed: number,
  { canary, stable, errorRate }: MeasuredRequests,
  wording: Wording,
): AnalysisVerdict {
  const { name, minimumSamples } = metric
  const impossible = [canary, stable].find((counts) => counts !== undefined && !isPossible(counts))
  if (impossible !== undefined) {
    const reason = `the metric store counted ${impossible.bad} bad ones among ${impossible.total} requests`
    return { metric: name, outcome: 'inconclusive', reason }
  }
  const compared = stable === undefined ? {} : { stable }
  const judgement = judgeRequests({ allowed, minimumSamples, errorRate, canary, ...compared })
  return {
    metric: name,
    outcome: REQUEST_JUDGEMENTS[judgement],
    reason: reasonOf(judgement, { canary, minimumSamples, wording, ...compared }),
  }
}

const isPossible = ({ bad, total }: RequestCounts): boolean =>
  bad >= 0 && bad <= total && Number.isFinite(total)

function reasonOf(
  judgement: RequestJudgement,
  {
    canary,
    stable,
    minimumSamples,
    wording,
  }: {
    readonly canary: RequestCounts
    readonly stable?: RequestCounts
    readonly minimumSamples: number
    readonly wording: Wording
  },
): string {
  const { rate, share, beyond, within } = wording
  const least = `fewer than ${countText(minimumSamples)}`
  if (judgement === 'too-few') {
    return `${countText(canary.total)} requests to the canary in the window, ${least}`
  }
  const figure = share(rate(canary), canary.total)
  const stables = (counts: RequestCounts): string =>
    counts.total === 0 ? 'none' : `${rate(counts)} of ${countText(counts.total)}`
  switch (judgement) {
    case 'beyond-limit':
      return `${figure}, ${beyond}`
    case 'worse-than-stable':
      return `${figure}, worse than stable's ${stable === undefined ? '' : stables(stable)}`
    case 'unsure':
      return `${figure}, ${beyond}, which may still be chance`
    case 'stable-too-few':
      return `${figure}, but stable has ${countText(stable?.total ?? 0)} requests to compare with, ${least}`
    case 'good':
      return stable === undefined
        ? `${figure}, ${within}`
        : `${figure}, ${within}; stable ${stables(stable)}`
  }
}

/** As a share, without the dust of floating point: 100 - 99.9 is not 0.1. */
const percentage = (percent: number): number => Number((percent / 100).toFixed(12))
