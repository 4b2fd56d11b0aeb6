import type {
  MeasuredTrack,
  Metrics,
  RequestCounts,
  TimeWindow,
} from '../../../rollouts/metrics.ts'
import { MetricsError } from '../../../rollouts/metrics-error.ts'
import type { LocalProxy } from './local-proxy.ts'

/** By what requests are told apart. */
type Counted = Pick<MeasuredTrack, 'service'>

/** A metric store that has counted every request of a proxy. */
export class ProxyMetrics implements Metrics {
  isDown = false
  readonly #proxy: LocalProxy

  constructor(proxy: LocalProxy) {
    this.#proxy = proxy
  }

  async failures(track: Counted, window: TimeWindow): Promise<RequestCounts> {
    return this.#count(track, window, ({ status }) => status >= 500)
  }

  async slowness(track: Counted, window: TimeWindow, limitMs: number) {
    const counts = this.#count(track, window, ({ tookMs }) => tookMs > limitMs)
    return { ...counts, boundaryMs: limitMs }
  }

  async values(): Promise<never> {
    throw new MetricsError('it knows no queries')
  }

  #count(
    { service }: Counted,
    { startMs, endMs }: TimeWindow,
    isBad: (answer: LocalProxy['answers'][number]) => boolean,
  ): RequestCounts {
    if (this.isDown) throw new MetricsError('connect ECONNREFUSED')
    const counted = this.#proxy.answers.filter(
      ({ atMs, ...answer }) => answer.service === service && atMs >= startMs && atMs < endMs,
    )
    return { total: counted.length, bad: counted.filter(isBad).length }
  }
}
