import type { Clock } from '../leases/clock.ts'

export interface TipWatchProps {
  /** The newest commit of the branch; `undefined` if there is no branch yet. */
  readonly tip: () => Promise<string | undefined>
  /** Time between two looks while somebody waits, in milliseconds. @default 5_000 */
  readonly everyMs?: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>
}

/**
 * Tells many that wait when a branch has moved, by one look for all of them. While nobody waits it
 * looks at nothing.
 */
export class TipWatch {
  readonly #props: TipWatchProps
  #reading: Promise<string | undefined> | undefined
  #seen: { readonly tip: string | undefined; readonly atMs: number } | undefined
  #moved = new AbortController()

  constructor(props: TipWatchProps) {
    this.#props = props
  }

  /** Somebody has read the tip for other reasons. */
  saw(tip: string | undefined): void {
    const isNews = this.#seen !== undefined && this.#seen.tip !== tip
    this.#seen = { tip, atMs: this.#props.clock.monotonicMs() }
    if (!isNews) return
    this.#moved.abort(MOVED)
    this.#moved = new AbortController()
  }

  /**
   * The tip once it is another one than that, or as it is when the time is over.
   *
   * @throws what `tip` does
   * @throws the reason of the signal
   */
  async changed(
    known: string | undefined,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { clock, everyMs = 5_000 } = this.#props
    const untilMs = clock.monotonicMs() + withinMs
    for (;;) {
      const tip = await this.#read(everyMs)
      const leftMs = untilMs - clock.monotonicMs()
      if (tip !== known || leftMs <= 0) return tip
      const either = AbortSignal.any([signal, this.#moved.signal])
      await clock.sleep(Math.min(leftMs, everyMs), either).catch((error: unknown) => {
        if (error !== MOVED) throw error
      })
    }
  }

  /** As somebody has seen it lately, or else anew, once for all who ask. */
  #read(everyMs: number): Promise<string | undefined> {
    const { clock, tip } = this.#props
    // Whoever has slept its time out must not find that others have looked a moment later.
    if (this.#seen !== undefined && clock.monotonicMs() - this.#seen.atMs < everyMs / 2) {
      return Promise.resolve(this.#seen.tip)
    }
    this.#reading ??= tip()
      .then((read) => {
        this.saw(read)
        return read
      })
      .finally(() => {
        this.#reading = undefined
      })
    return this.#reading
  }
}

/** Made once, as it is thrown for each who waits. */
const MOVED = new Error('moved')
