import type { Clock } from '../leases/clock.ts'
import type { FollowedImage, ImageHint } from './followed-file.ts'
import type { ImageLook } from './look-at-images.ts'
import { askedPauseMs, isPassing } from './passing-failure.ts'

export interface ImageLoopProps {
  readonly images: readonly FollowedImage[]
  /** Looks at some of them. */
  readonly look: (
    images: readonly FollowedImage[],
    hints: ReadonlyMap<FollowedImage, ImageHint>,
    signal: AbortSignal,
  ) => Promise<readonly ImageLook[]>
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>
  /** From one look at all of them to the next, in milliseconds. */
  readonly everyMs: number
  /** From one look to the next, whatever anybody says, in milliseconds. @default 1_000 */
  readonly leastMs?: number
  /** Hears of each look. Must not throw. */
  readonly onLooks: (looks: readonly ImageLook[]) => void
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number
}

/**
 * Looks at the images of one file for as long as it runs: at all of them when it begins and every now and
 * then, at one as soon as somebody tells of it, and at what has failed again, later each time.
 *
 * So a push that nobody has told of is found, and one that nobody could look at then is not lost.
 */
export class ImageLoop {
  readonly #props: ImageLoopProps
  readonly #leastMs: number
  readonly #running: Promise<void>
  readonly #stopping = new AbortController()
  /** To be looked at as soon as may be. */
  #told = new Set<FollowedImage>()
  /** To be looked at again. */
  readonly #failed = new Set<FollowedImage>()
  /** Who has told of what was not looked at since, or in vain. */
  readonly #hints = new Map<FollowedImage, ImageHint>()
  #wake = new AbortController()
  #failures = 0
  #retryAtMs = 0

  /** Begins at once. */
  constructor(props: ImageLoopProps) {
    this.#props = props
    this.#leastMs = props.leastMs ?? 1_000
    this.#running = this.#run()
  }

  /** Somebody has told of an image: it is looked at soon. Does not wait for that. */
  hint(image: FollowedImage, hint: ImageHint): void {
    this.#hints.set(image, hint)
    this.#told.add(image)
    this.#wake.abort(WOKEN)
  }

  /** Ends the loop, and the look that is under way where it is, which is safe. */
  async stop(): Promise<void> {
    this.#stopping.abort(WOKEN)
    await this.#running
  }

  async #run(): Promise<void> {
    const { images, clock, everyMs } = this.#props
    let allAtMs = clock.monotonicMs()
    while (!this.#stopping.signal.aborted) {
      const startedMs = clock.monotonicMs()
      const isForAll = startedMs >= allAtMs
      if (isForAll) allAtMs = startedMs + everyMs
      const isRetry = this.#failed.size > 0 && startedMs >= this.#retryAtMs
      const told = this.#told
      this.#told = new Set()
      await this.#lookAt(
        images.filter((it) => isForAll || told.has(it) || (isRetry && this.#failed.has(it))),
      )
      await this.#sleepUntil(startedMs + this.#leastMs, this.#stopping.signal)
      if (this.#told.size > 0) continue
      this.#wake = new AbortController()
      const againAtMs = this.#failed.size > 0 ? Math.min(this.#retryAtMs, allAtMs) : allAtMs
      await this.#sleepUntil(againAtMs, AbortSignal.any([this.#wake.signal, this.#stopping.signal]))
    }
  }

  async #lookAt(images: readonly FollowedImage[]): Promise<void> {
    const looks = await this.#looksAt(images)
    if (looks === undefined) return
    const errors: unknown[] = []
    for (const { followed, result } of looks) {
      if (result.outcome === 'failed') {
        errors.push(result.error)
        this.#failed.add(followed)
      } else {
        this.#failed.delete(followed)
        if (!this.#told.has(followed)) this.#hints.delete(followed)
      }
    }
    if (this.#failed.size === 0) this.#failures = 0
    if (errors.length > 0) this.#retryAtMs = this.#props.clock.monotonicMs() + this.#pauseMs(errors)
    this.#props.onLooks(looks)
  }

  /** @returns `undefined` if it was stopped */
  async #looksAt(images: readonly FollowedImage[]): Promise<readonly ImageLook[] | undefined> {
    const { signal } = this.#stopping
    try {
      return await this.#props.look(images, this.#hints, signal)
    } catch (error) {
      if (signal.aborted) return undefined
      return images.map((followed) => ({ followed, result: { outcome: 'failed', error } }))
    }
  }

  /** Longer each time, never longer than until all are looked at, and no two alike. */
  #pauseMs(errors: readonly unknown[]): number {
    const { everyMs, random = Math.random } = this.#props
    if (!errors.some(isPassing)) return everyMs
    const ms = Math.min(this.#leastMs * 2 ** this.#failures++, everyMs) * (0.5 + random() / 2)
    return Math.max(ms, ...errors.map(askedPauseMs))
  }

  async #sleepUntil(atMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#props
    const leftMs = atMs - clock.monotonicMs()
    if (leftMs <= 0 || signal.aborted) return
    await clock.sleep(leftMs, signal).catch((error: unknown) => {
      if (error !== WOKEN) throw error
    })
  }
}

/** Made once: an abort without a reason makes one, with a stack, each time. */
const WOKEN = new Error('woken')
