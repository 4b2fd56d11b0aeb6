import type { AskedValues, MeasuredTrack, Metrics, TimeWindow } from '../../rollouts/metrics.ts'

type Track = MeasuredTrack['track']
interface Counts {
  readonly bad: number
  readonly total: number
}

export interface MeasuredMetricsProps {
  readonly failures?: Readonly<Record<Track, Counts>>
  readonly slowness?: Readonly<Record<Track, Counts & { readonly boundaryMs: number }>>
  readonly values?: (asked: AskedValues) => readonly (number | undefined)[]
}

/** A metric store that knows its answers, and remembers what it was asked. */
export class MeasuredMetrics implements Metrics {
  readonly asked: { readonly track: Track; readonly window: TimeWindow }[] = []
  readonly askedValues: AskedValues[] = []
  readonly #props: MeasuredMetricsProps

  constructor(props: MeasuredMetricsProps = {}) {
    this.#props = props
  }

  async failures({ track }: MeasuredTrack, window: TimeWindow) {
    this.asked.push({ track, window })
    return this.#props.failures?.[track] ?? { bad: 0, total: 1_000 }
  }

  async slowness({ track }: MeasuredTrack, window: TimeWindow, limitMs: number) {
    this.asked.push({ track, window })
    return this.#props.slowness?.[track] ?? { bad: 0, total: 1_000, boundaryMs: limitMs }
  }

  async values(asked: AskedValues) {
    this.askedValues.push(asked)
    return this.#props.values?.(asked) ?? Array.from({ length: asked.count }, () => 1)
  }
}
