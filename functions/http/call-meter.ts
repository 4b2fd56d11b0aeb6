import type { Clock } from '../../leases/clock.ts'
import type { CallMeasure, RequestMetrics } from './request-metrics.ts'

export interface CallMeterProps {
  /** What is called, as `Server-Timing` names it: `store`. */
  readonly name: string
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: RequestMetrics | undefined
  /** Whether an error is what was answered, and not that there was no answer. */
  readonly isAnswer: (error: unknown) => boolean
}

/** Counts and times what one request asks of something else. */
export class CallMeter {
  readonly #props: CallMeterProps
  #calls = 0
  #durationMs = 0

  constructor(props: CallMeterProps) {
    this.#props = props
  }

  get calls(): number {
    return this.#calls
  }

  /** For the header `Server-Timing`. */
  get serverTiming(): string {
    const calls = this.#calls === 1 ? '1 call' : `${this.#calls} calls`
    return `${this.#props.name};dur=${this.#durationMs.toFixed(1)};desc="${calls}"`
  }

  async measure<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    const { clock, metrics, isAnswer } = this.#props
    const startedMs = clock.monotonicMs()
    let outcome: CallMeasure['outcome'] = 'done'
    this.#calls += 1
    try {
      return await call()
    } catch (error) {
      outcome = isAnswer(error) ? 'refused' : 'failed'
      throw error
    } finally {
      const durationMs = clock.monotonicMs() - startedMs
      this.#durationMs += durationMs
      metrics?.call({ operation, outcome, durationMs })
    }
  }
}
