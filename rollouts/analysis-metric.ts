/**
 * Something that is measured of the canary while it has traffic, and must hold. The definition
 * names no metric store; which query it becomes is decided where it is run.
 */
export type AnalysisMetric = SuccessRateMetric | LatencyMetric | QueryMetric

/** Share of requests that did not fail on the server's side. */
export interface SuccessRateMetric extends MetricLimits {
  readonly type: 'success-rate'
  /** In percent, above 0 and below 100. */
  readonly atLeastPercent: number
}

/** Time in which a share of the requests was answered. */
export interface LatencyMetric extends MetricLimits {
  readonly type: 'latency'
  /** Which share, in percent, above 0 and below 100. */
  readonly percentile: number
  /** Longest time that is good, above 0. */
  readonly belowMs: number
}

/** Whatever a query in PromQL answers with, as one number. */
export interface QueryMetric extends MetricLimits {
  readonly type: 'query'
  /** May hold the variables of `QUERY_VARIABLES`, each as `$name`. */
  readonly query: string
  /** Least value that is good. @default - there is none */
  readonly atLeast?: number
  /** Greatest value that is good. @default - there is none */
  readonly atMost?: number
  /**
   * Query for the number of samples behind the value, compared with `minimumSamples`.
   *
   * @default - any answer is enough
   */
  readonly samplesQuery?: string
}

export interface MetricLimits {
  /** Unique in the plan; evidence in commits carries it. */
  readonly name: string
  /** First step that it is looked at, counted from 1. */
  readonly fromStep: number
  /** Last step that it is looked at. @default - until the promotion */
  readonly untilStep?: number
  /** Longest time looked back. Never further than to when the step's traffic was live. */
  readonly windowSeconds: number
  /** Time between two looks. */
  readonly intervalSeconds: number
  /**
   * With fewer samples than these in the window a metric does not pass, and the tracks are not compared.
   * That more requests fail than may is said as soon as it is beyond chance.
   */
  readonly minimumSamples: number
  readonly noData: NoDataPolicy
  /**
   * Whether the canary must also be no worse than stable in the same window, but for a tenth of what
   * the limit allows.
   */
  readonly compareWithStable: boolean
}

/**
 * What no data means: wait until the rollout's deadline aborts it, or abort at the end of the
 * step's hold. That it could mean success is not offered: a renamed metric would promote anything.
 */
export const NO_DATA_POLICIES = ['hold', 'abort'] as const
export type NoDataPolicy = (typeof NO_DATA_POLICIES)[number]

/**
 * What a query can ask to be filled in:
 * - `namespace`, `app`: of the app;
 * - `track` (`stable`, `canary`), `deployment`, `service`: of the track that is measured;
 * - `window`: the time looked back, as `120s`.
 */
export const QUERY_VARIABLES = [
  'namespace',
  'app',
  'track',
  'deployment',
  'service',
  'window',
] as const
export type QueryVariable = (typeof QUERY_VARIABLES)[number]

/** The variables that tell one track from the other; a query without any measures both at once. */
export const TRACK_VARIABLES = [
  'track',
  'deployment',
  'service',
] as const satisfies readonly QueryVariable[]
