import type {
  AskedValues,
  MeasuredTrack,
  Metrics,
  RequestCounts,
  SlowRequestCounts,
  TimeWindow,
} from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import { nearestBoundary } from './bucket-boundary.ts'
import { counterIncrease, type Increase } from './counter-increase.ts'
import { type MetricSource, type RequestSeries, requestSeries } from './metric-queries.ts'
import { type Instants, PrometheusApi, type PrometheusApiProps } from './prometheus-api.ts'
import { fillPromql, selector } from './promql.ts'
import { queryVariables } from './query-variables.ts'

export interface PrometheusMetricsProps extends PrometheusApiProps {
  /** Who counts the requests. */
  readonly source: MetricSource
  /**
   * Label that tells the processes that count from each other, as each counts from zero.
   *
   * @default 'instance'
   */
  readonly instanceLabel?: string
  /**
   * Without a sample newer than this there is no answer: a store that has stopped collecting would
   * go on to say what was good a while ago. Longer than the longest time between two scrapes.
   *
   * @default 90
   */
  readonly staleAfterSeconds?: number
}

/** Metrics in Prometheus, or in what answers like it. */
export class PrometheusMetrics implements Metrics {
  readonly #api: PrometheusApi
  readonly #source: MetricSource
  readonly #instanceLabel: string
  readonly #staleAfterMs: number

  constructor({
    source,
    instanceLabel = 'instance',
    staleAfterSeconds = 90,
    ...api
  }: PrometheusMetricsProps) {
    this.#api = new PrometheusApi(api)
    this.#source = source
    this.#instanceLabel = instanceLabel
    this.#staleAfterMs = staleAfterSeconds * 1000
  }

  async failures(
    track: MeasuredTrack,
    window: TimeWindow,
    signal: AbortSignal,
  ): Promise<RequestCounts> {
    const series = requestSeries(this.#source, track)
    const name = series.requests
    const { outcomeLabels, isFailure } = series
    const { increases, countedUntilMs } = await this.#increases(
      { name, series, window, signal },
      outcomeLabels,
      { classOf: (labels) => (isFailure(labels) ? 'bad' : 'good') },
    )
    const bad = total(increases, 'bad')
    return { total: total(increases, 'good') + bad, bad, countedUntilMs }
  }

  async slowness(
    track: MeasuredTrack,
    window: TimeWindow,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<SlowRequestCounts> {
    const series = requestSeries(this.#source, track)
    const name = `${series.durations}_bucket`
    const { increases, countedUntilMs } = await this.#increases(
      { name, series, window, signal },
      ['le'],
      { classOf: ({ le = '' }) => String(readBoundary(le)) },
    )
    const counting = increases.filter((increase) => increase.size > 0)
    // Without a single request no boundary is known, and none is needed.
    if (counting.length === 0) return { total: 0, bad: 0, boundaryMs: limitMs, countedUntilMs }
    const boundary = nearestBoundary(commonBoundaries(counting), limitMs / series.unitMs)
    if (boundary === undefined) {
      throw new MetricsError(
        `${name} has no boundary near ${limitMs} ms; add a bucket that ends there`,
      )
    }
    const all = total(counting, String(Number.POSITIVE_INFINITY))
    const inTime = total(counting, String(boundary))
    return {
      total: all,
      bad: all - inTime,
      boundaryMs: Number((boundary * series.unitMs).toFixed(6)),
      countedUntilMs,
    }
  }

  async values(
    { track, query, windowSeconds, startMs, stepMs, count }: AskedValues,
    signal: AbortSignal,
  ): Promise<readonly (number | undefined)[]> {
    const filled = fillPromql(query, queryVariables(track, windowSeconds))
    const endMs = startMs + (count - 1) * stepMs
    const series = await this.#api.range(filled, { startMs, endMs, stepMs }, signal)
    if (series.length > 1) {
      throw new MetricsError(
        `the query answers with ${series.length} series, not with one; put sum() or max() around it`,
      )
    }
    const points = new Map(series[0]?.points.map(({ atMs, value }) => [atMs, value]))
    return Array.from({ length: count }, (_, index) => points.get(startMs + index * stepMs))
  }

  async #increases(
    asked: {
      readonly name: string
      readonly series: RequestSeries
      readonly window: TimeWindow
      readonly signal: AbortSignal
    },
    labels: readonly string[],
    { classOf }: { readonly classOf: (labels: Readonly<Record<string, string>>) => string },
  ): Promise<Counted> {
    const { name, series, window, signal } = asked
    const selected = selector(name, series.matchers)
    const by = [this.#instanceLabel, ...labels].join(', ')
    const [found, newestMs] = await Promise.all([
      this.#api.range(`sum by (${by}) (${selected})`, instantsIn(window), signal),
      this.#newestSamples(selected, window.endMs, signal),
    ])
    if (found.length === 0) {
      throw new MetricsError(
        `no request has been counted yet, or it has other labels than ${selected}`,
      )
    }
    this.#refuseStale(name, window.endMs - Math.max(...newestMs))
    const increases = counterIncrease(found, { name, processLabel: this.#instanceLabel, classOf })
    return { increases, countedUntilMs: Math.min(...newestMs) }
  }

  /** When the newest sample of each process was taken; none if nothing is scraped any more. */
  async #newestSamples(
    selected: string,
    endMs: number,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const query = `max by (${this.#instanceLabel}) (timestamp(${selected}))`
    const newest = await this.#api.instant(query, endMs, signal)
    return newest.map(({ points }) => (points[0]?.value ?? Number.NaN) * 1000)
  }

  #refuseStale(name: string, ageMs: number): void {
    // Not `>`: what is not a number is not new either.
    if (ageMs <= this.#staleAfterMs) return
    const age = Number.isFinite(ageMs) ? `is ${Math.round(ageMs / 1000)} s old` : 'is gone'
    throw new MetricsError(`the newest sample of ${name} ${age}; look whether it is still scraped`)
  }
}

interface Counted {
  /** Of each process. */
  readonly increases: readonly Increase[]
  /** Up to when all of them were scraped. */
  readonly countedUntilMs: number
}

/** Points between which a restart can be seen. */
const MOST_POINTS = 60

/** Instants from the start of a window on, at most as many milliseconds short of its end. */
function instantsIn({ startMs, endMs }: TimeWindow): Instants {
  const lengthMs = Math.floor(endMs - startMs)
  const steps = Math.min(MOST_POINTS, Math.max(1, Math.floor(lengthMs / 1000)))
  const stepMs = Math.max(1, Math.floor(lengthMs / steps))
  return { startMs, endMs: startMs + Math.min(steps * stepMs, lengthMs), stepMs }
}

const total = (increases: readonly Increase[], name: string): number =>
  increases.reduce((sum, increase) => sum + (increase.get(name) ?? 0), 0)

/** Those that all processes have: what one of them does not count would be missing. */
const commonBoundaries = (increases: readonly Increase[]): readonly number[] =>
  [...(increases[0]?.keys() ?? [])]
    .filter((name) => increases.every((increase) => increase.has(name)))
    .map(Number)

/** `0.4`, `4e-01` and `+Inf`: the same boundary is written in many ways. */
const readBoundary = (le: string): number =>
  le === '' ? Number.NaN : Number(le.replace('Inf', 'Infinity'))
