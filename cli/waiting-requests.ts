/**
 * Requests that wait for something, of which there are no more than so many: for each new one the one
 * that has waited longest is answered as if its time were over. So those who wait keep nobody out, and
 * nobody is kept from waiting.
 */
export class WaitingRequests {
  readonly #most: number
  /** In the order in which they came. */
  readonly #waiting = new Set<AbortController>()

  constructor(most: number) {
    this.#most = most
  }

  /**
   * @param until waits, no longer than until its signal aborts
   * @param stop ends the waiting, too
   */
  async wait(until: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    const own = new AbortController()
    this.#waiting.add(own)
    const [longest] = this.#waiting
    if (this.#waiting.size > this.#most) longest?.abort()
    try {
      await until(AbortSignal.any([stop, own.signal]))
    } finally {
      this.#waiting.delete(own)
    }
  }
}
