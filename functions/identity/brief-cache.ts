import type { Clock } from '../../leases/clock.ts'

/** Answers of others, kept for moments, and no more of them than so many. */
export class BriefCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>()
  readonly #maxEntries: number
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(maxEntries: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#maxEntries = maxEntries
    this.#clock = clock
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || this.#clock.monotonicMs() < entry.untilMs) return entry?.value
    this.#entries.delete(key)
    return undefined
  }

  /** @param untilMs by the monotonic clock. What was put in first goes first when it is too much */
  set(key: string, value: Value, untilMs: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, untilMs })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest)
  }
}
