/**
 * A signal that aborts when the caller's does, or after a while. Leaves nothing behind on the
 * caller's signal once it was ended, which may live as long as the process.
 */
export class TimeLimit {
  readonly signal: AbortSignal
  readonly ms: number
  readonly #controller = new AbortController()
  readonly #callers: AbortSignal | undefined
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #abort = () => this.#controller.abort(this.#callers?.reason)
  #isOver = false

  constructor(ms: number, callers?: AbortSignal) {
    callers?.throwIfAborted()
    this.ms = ms
    this.signal = this.#controller.signal
    this.#callers = callers
    callers?.addEventListener('abort', this.#abort, { once: true })
    this.#timer = setTimeout(() => {
      this.#isOver = true
      this.#controller.abort()
    }, ms)
  }

  /** Whether it was the time that ended it, not the caller. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** From now on only the caller ends it. */
  lift(): void {
    clearTimeout(this.#timer)
  }

  end(): void {
    this.lift()
    this.#callers?.removeEventListener('abort', this.#abort)
  }
}
