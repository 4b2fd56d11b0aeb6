import { Rest } from './rest.ts'
import type { TickResult } from './tick.ts'
import { Turns } from './turns.ts'

export interface EnvironmentTicksProps {
  /** One tick. Its signal aborts when all are to be cut off. */
  readonly tick: (signal: AbortSignal) => Promise<TickResult>
  /** The newest commit of the branch; `undefined` if there is no branch yet. */
  readonly tip: () => Promise<string | undefined>
}

/**
 * The ticks of one environment in this process, never two at once: nothing would go wrong, but all of
 * it would be asked for twice. Reading the tip waits for its turn as well. At rest a tick reads no more
 * than that.
 */
export class EnvironmentTicks {
  readonly #props: EnvironmentTicksProps
  readonly #cut = new AbortController()
  readonly #turns = new Turns()
  readonly #rest = new Rest()
  #next: Promise<TickResult> | undefined

  constructor(props: EnvironmentTicksProps) {
    this.#props = props
  }

  /**
   * A tick that begins after this was called, so that it sees what was there before. All who ask while
   * one is under way get the same next one.
   *
   * @throws what `tip` and `tick` do
   */
  tick(): Promise<TickResult> {
    const { tip, tick } = this.#props
    this.#next ??= this.#turns.take(() => {
      this.#next = undefined
      this.#cut.signal.throwIfAborted()
      return this.#rest.tick({ tip, tick: () => tick(this.#cut.signal) })
    })
    return this.#next
  }

  tip(): Promise<string | undefined> {
    return this.#turns.take(this.#props.tip)
  }

  /** Ends what is under way, and lets no more begin. What was committed stays. */
  cut(reason: Error): void {
    this.#cut.abort(reason)
  }
}
