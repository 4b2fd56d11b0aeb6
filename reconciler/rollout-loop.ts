import { RemoteRefusedError } from '../gitops/git-remote-errors.ts'
import type { Clock } from '../leases/clock.ts'
import type { EnvironmentTicks } from './environment-ticks.ts'
import type { TickResult } from './tick.ts'
import { isInFlight, nextTickMs, type Pace } from './tick-pace.ts'

export interface RolloutLoopProps extends Partial<Pace> {
  readonly ticks: Pick<EnvironmentTicks, 'tick' | 'cut'>
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>
  /** Hears of each tick. Must not throw. */
  readonly onTick?: (result: TickResult) => void
  /** Hears of each failure, and when it is tried again. Must not throw. */
  readonly onFailure: (error: unknown, againInMs: number) => void
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number
}

/** @default 1000 and 60_000 */
export const DEFAULT_PACE: Pace = { leastMs: 1_000, idleMs: 60_000 }

/**
 * Looks at the rollouts of one environment for as long as it runs: as often as their plans want while
 * something is in flight, and at nothing but the tip of the branch, once a minute, while nothing is.
 *
 * Nothing depends on it. Another one may run elsewhere, or none, and ticks may come from anywhere.
 */
export class RolloutLoop {
  readonly #props: RolloutLoopProps
  readonly #pace: Pace
  readonly #running: Promise<void>
  #isStopped = false
  #isHinted = false
  #wake = new AbortController()
  #quietTicks = 0
  #failures = 0

  /** Begins at once. */
  constructor(props: RolloutLoopProps) {
    this.#props = props
    this.#pace = { ...DEFAULT_PACE, ...definedOf(props) }
    this.#running = this.#run()
  }

  /**
   * Something may have changed: the next look comes as soon as it may, and it is one look however many
   * say so. After a failure it comes when that is tried again.
   */
  look(): void {
    this.#isHinted = true
    this.#wake.abort(WOKEN)
  }

  /**
   * Ends the loop once the tick under way is done.
   *
   * @param cut aborts when that takes too long; the tick ends where it is then
   */
  async stop(cut?: AbortSignal): Promise<void> {
    this.#isStopped = true
    this.#wake.abort(WOKEN)
    const end = () => this.#props.ticks.cut(new LoopStoppedError())
    if (cut?.aborted) end()
    cut?.addEventListener('abort', end, { once: true })
    await this.#running
    cut?.removeEventListener('abort', end)
  }

  async #run(): Promise<void> {
    const { clock } = this.#props
    while (!this.#isStopped) {
      const startedMs = clock.monotonicMs()
      const leftOf = (ms: number): number => Math.max(0, startedMs + ms - clock.monotonicMs())
      this.#isHinted = false
      const { pauseMs, hintable } = await this.#round()
      await this.#pause(leftOf(hintable ? this.#pace.leastMs : pauseMs), () => false)
      if (hintable) await this.#pause(leftOf(pauseMs), () => this.#isHinted)
    }
  }

  async #round(): Promise<{ readonly pauseMs: number; readonly hintable: boolean }> {
    try {
      const pauseMs = await this.#tick()
      this.#failures = 0
      return { pauseMs, hintable: true }
    } catch (error) {
      const pauseMs = this.#backOffMs(error)
      if (!this.#isStopped) this.#props.onFailure(error, pauseMs)
      return { pauseMs, hintable: false }
    }
  }

  async #tick(): Promise<number> {
    const { ticks, onTick } = this.#props
    const result = await ticks.tick()
    onTick?.(result)
    const isQuiet = result.looks.length > 0 && !result.looks.some(isInFlight)
    this.#quietTicks = isQuiet ? this.#quietTicks + 1 : 0
    return nextTickMs(result, this.#pace, this.#quietTicks) ?? this.#pace.idleMs
  }

  /** Longer each time, never longer than the time between two looks at rest, and no two alike. */
  #backOffMs(error: unknown): number {
    const { leastMs, idleMs } = this.#pace
    const { random = Math.random } = this.#props
    const ms = Math.min(leastMs * 2 ** this.#failures++, idleMs) * (0.5 + random() / 2)
    // Some hosts shut out an address from which wrong credentials come again and again.
    const leastPauseMs = error instanceof RemoteRefusedError ? idleMs : askedPauseMs(error)
    return Math.max(Math.round(ms), leastPauseMs)
  }

  /** @param isOver asked before and after, so that nothing that was said meanwhile is slept over */
  async #pause(ms: number, isOver: () => boolean): Promise<void> {
    const { clock } = this.#props
    const untilMs = clock.monotonicMs() + ms
    while (!this.#isStopped && !isOver()) {
      const leftMs = untilMs - clock.monotonicMs()
      if (leftMs <= 0) return
      this.#wake = new AbortController()
      await clock.sleep(leftMs, this.#wake.signal).catch((error: unknown) => {
        if (error !== WOKEN) throw error
      })
    }
  }
}

/** Made once: an abort without a reason makes one, with a stack, each time. */
const WOKEN = new Error('woken')

/** The loop was stopped, and the tick under way took too long to end by itself. */
export class LoopStoppedError extends Error {
  override readonly name = 'LoopStoppedError'
  readonly code = 'LOOP_STOPPED'

  constructor() {
    super(
      'The tick was cut off, since whoever runs it is being stopped; what it has committed stays',
    )
  }
}

/** What a host that has had enough asks for. */
const askedPauseMs = (error: unknown): number =>
  error instanceof Error && 'retryAfterMs' in error && typeof error.retryAfterMs === 'number'
    ? error.retryAfterMs
    : 0

const definedOf = ({ leastMs, idleMs }: Partial<Pace>): Partial<Pace> => ({
  ...(leastMs !== undefined && { leastMs }),
  ...(idleMs !== undefined && { idleMs }),
})
