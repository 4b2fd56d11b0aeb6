interface Event {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

/**
 * Time that passes only from one event to the next. Between two of them everything that follows from
 * the first has run, so the same seed gives the same run.
 */
export class VirtualTime {
  readonly #events: Event[] = []
  #nowMs = 0
  #order = 0

  get nowMs(): number {
    return this.#nowMs
  }

  at(atMs: number, happen: () => void): void {
    const event = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, happen }
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isLater(event, this.#events[middle] as Event)) high = middle
      else low = middle + 1
    }
    this.#events.splice(low, 0, event)
  }

  /** Lets time pass until then, or until nothing is left to happen. */
  async run(untilMs: number, afterEach: () => void): Promise<void> {
    await settled()
    while (true) {
      const next = this.#events.at(-1)
      if (next === undefined || next.atMs > untilMs) break
      this.#events.pop()
      this.#nowMs = next.atMs
      next.happen()
      await settled()
      afterEach()
    }
    this.#nowMs = untilMs
  }
}

/** The next event stands last. */
const isLater = (a: Event, b: Event): boolean =>
  a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order)

/**
 * All promises that follow from what has happened have run: none of them waits for real things. By
 * Node's ticks, which come when nothing else is left and before the system is asked for news: that
 * takes as long as all the rest.
 */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))
