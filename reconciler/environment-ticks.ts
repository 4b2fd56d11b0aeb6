import type { TickResult } from './tick.ts'

export interface EnvironmentTicksProps {
  /** One tick. Its signal aborts when all are to be cut off. */
  readonly tick: (signal: AbortSignal) => Promise<TickResult>
  /** The newest commit of the branch; `undefined` if there is no branch yet. */
  readonly tip: () => Promise<string | undefined>
}

/**
 * The ticks of one environment in this process, never two at once: nothing would go wrong, but all of
 * it would be asked for twice. They share one connection to the repository, so reading the tip waits
 * for its turn as well.
 */
export class EnvironmentTicks {
  readonly #props: EnvironmentTicksProps
  readonly #cut = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #next: Promise<TickResult> | undefined

  constructor(props: EnvironmentTicksProps) {
    this.#props = props
  }

  /**
   * A tick that begins after this was called, so that it sees what was there before. All who ask while
   * one is under way get the same next one.
   *
   * @throws what `tick` does
   */
  tick(): Promise<TickResult> {
    this.#next ??= this.#inTurn(() => {
      this.#next = undefined
      this.#cut.signal.throwIfAborted()
      return this.#props.tick(this.#cut.signal)
    })
    return this.#next
  }

  tip(): Promise<string | undefined> {
    return this.#inTurn(this.#props.tip)
  }

  /** Ends what is under way, and lets no more begin. What was committed stays. */
  cut(reason: Error): void {
    this.#cut.abort(reason)
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}
