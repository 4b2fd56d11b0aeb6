import { Duration } from 'cdk8s'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type {
  AnalysisMetric,
  LatencyMetric,
  NoDataPolicy,
  QueryMetric,
  SuccessRateMetric,
} from '../rollouts/analysis-metric.ts'
import { givenOptions } from './given-options.ts'
import { type Shape, shape } from './shape.ts'
import { isDuration } from './value-shapes.ts'

/** What can be said of every metric. */
export interface AnalysisProps {
  /**
   * Name in reports and in the evidence of commits, unique in the app.
   *
   * @default - what is measured: `success-rate`, `latency-p99`
   */
  readonly name?: string

  /**
   * First step that it is looked at, counted from 1; the one with all requests on the canary counts,
   * too. Metrics of a step are looked at in it alone.
   *
   * @default 1
   */
  readonly fromStep?: number

  /**
   * Longest time looked back, in whole seconds and at least `interval`; never further than to when the
   * step got its traffic.
   *
   * @default Duration.minutes(5)
   */
  readonly window?: Duration

  /**
   * Time between two looks, in whole seconds. Shorter than the metric store's own it tells nothing
   * more.
   *
   * @default Duration.seconds(10)
   */
  readonly interval?: Duration

  /**
   * Fewer requests than these in the window are no data.
   *
   * @default - as many as one bad request in is allowed: 200 for a success rate of 99.5
   */
  readonly minimumSamples?: number

  /**
   * What no data means. `'hold'` waits until the rollout's deadline aborts it; `'abort'` does at
   * the end of the step's hold. It never means success.
   *
   * @default 'hold'
   */
  readonly noData?: NoDataPolicy

  /**
   * Whether the canary must also be no worse than stable in the same window: what troubles both is
   * not the candidate's fault, and what only the candidate does is, within the limit or not.
   *
   * @default true
   */
  readonly compareWithStable?: boolean
}

export interface SuccessRateProps extends AnalysisProps {
  /** Share of requests without an error of the server's, in percent, above 0 and below 100. */
  readonly atLeast: number
}

/** Enough of the requests to the canary succeed. */
export function successRate(props: SuccessRateProps): SuccessRateMetric {
  const { atLeast = Number.NaN } = givenOptions(props)
  return {
    ...limits(props, 'success-rate', atLeast),
    type: 'success-rate',
    atLeastPercent: atLeast,
  }
}

export interface LatencyProps extends AnalysisProps {
  /** Share of the requests that must be quick enough, in percent, above 0 and below 100. */
  readonly percentile: number
  /**
   * Longest time that is quick enough, above 0. A histogram of Prometheus knows times by its buckets
   * alone, so that is judged at the nearest boundary; with none within a factor of 2 it is inconclusive.
   */
  readonly below: Duration
}

/** Enough of the requests to the canary are answered in time. */
export function latency(props: LatencyProps): LatencyMetric {
  const { percentile = Number.NaN, below } = givenOptions(props)
  return {
    ...limits(props, `latency-p${percentile}`, percentile),
    type: 'latency',
    percentile,
    belowMs: isDuration(below) ? below.toMilliseconds({ integral: false }) : Number.NaN,
  }
}

export interface QueryProps extends AnalysisProps {
  /** As for every metric; of a query nothing else says what it measures. */
  readonly name: string

  /**
   * PromQL that answers with one number. `$namespace`, `$app` and `$window` are filled in, and of
   * the track that is measured `$track`, `$deployment` and `$service`, one of which it must use.
   */
  readonly query: string

  /**
   * Least value that is good. One of `atLeast` and `atMost` must be given.
   *
   * @default - there is none
   */
  readonly atLeast?: number

  /**
   * Greatest value that is good.
   *
   * @default - there is none
   */
  readonly atMost?: number

  /**
   * PromQL for the number of samples behind the value, which `minimumSamples` is about. The same is
   * filled in.
   *
   * @default - any answer is enough
   */
  readonly samples?: string

  /** As for every metric; what an empty answer means only the author of a query can know. */
  readonly noData: NoDataPolicy

  /**
   * As for every metric, but values that grow with the traffic cannot be compared.
   *
   * @default false
   */
  readonly compareWithStable?: boolean
}

/** A figure of your own stays within limits. */
export function query(props: QueryProps): QueryMetric {
  const { name = '', query, noData, atLeast, atMost, samples } = givenOptions(props)
  return {
    ...limits({ compareWithStable: false, ...props }, name),
    type: 'query',
    // As given: what plain JavaScript leaves out is a mistake here, not a default.
    noData: noData as NoDataPolicy,
    query: query as string,
    ...(atLeast !== undefined && { atLeast }),
    ...(atMost !== undefined && { atMost }),
    ...(samples !== undefined && { samplesQuery: samples }),
  }
}

/** What is none of these, the plan of the rollout finds, whose limits they are. */
export const METRIC: Shape<AnalysisMetric> = shape({
  expected: 'made by successRate(), latency() or query()',
  example: 'successRate({ atLeast: 99.5 })',
  is: (value) =>
    isRecord(value) &&
    ['success-rate', 'latency', 'query'].includes(value.type as string) &&
    typeof value.windowSeconds === 'number' &&
    typeof value.intervalSeconds === 'number' &&
    typeof value.compareWithStable === 'boolean',
})

function limits(props: AnalysisProps, name: string, percent?: number) {
  const given = givenOptions(props)
  return {
    name: given.name ?? name,
    fromStep: given.fromStep ?? 1,
    windowSeconds: seconds(given.window ?? Duration.minutes(5)),
    intervalSeconds: seconds(given.interval ?? Duration.seconds(10)),
    minimumSamples: given.minimumSamples ?? samplesFor(percent),
    noData: given.noData ?? ('hold' as const),
    compareWithStable: given.compareWithStable ?? true,
  }
}

/** So many that one bad one is within the limit. */
function samplesFor(percent: number | undefined): number {
  if (typeof percent !== 'number' || !(percent > 0 && percent < 100)) return 1
  // Rounded first: 100 - 99.9 is not 0.1 in floating point.
  return Math.ceil(Number((100 / (100 - percent)).toFixed(6)))
}

/** What is no Duration is no number either, which the plan's check finds. */
const seconds = (duration: unknown): number =>
  isDuration(duration) ? duration.toSeconds({ integral: false }) : Number.NaN
