import type { FollowedImage, ImageHint } from '../../images/followed-file.ts'
import { isPassing } from '../../images/passing-failure.ts'
import { RegistryError } from '../../images/registry-error.ts'
import type { Clock } from '../../leases/clock.ts'
import type { ConfiguredFollower } from '../configuration/image-followers.ts'
import type { LogSink } from '../http/log-sink.ts'
import { type ImagePush, SinkUnavailableError } from '../webhooks/webhook-sink.ts'
import { imageLog } from './image-log.ts'
import { hintOf, type ImagePushes, pushedImages } from './image-pushes.ts'

export interface ImagesAtOnceProps {
  readonly followers: readonly ConfiguredFollower[]
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: LogSink
}

/** Images of a platform that starts what it needs: nobody looks later, so it is done while it is told. */
export class ImagesAtOnce implements ImagePushes {
  readonly #props: ImagesAtOnceProps
  readonly #logs: ReadonlyMap<ConfiguredFollower, ReturnType<typeof imageLog>>
  /** When this instance has looked at all images of each file. */
  readonly #lookedAtMs = new Map<ConfiguredFollower, number>()

  constructor(props: ImagesAtOnceProps) {
    const { followers, log } = props
    this.#props = props
    this.#logs = new Map(followers.map((each) => [each, imageLog(each.follower, log)]))
  }

  async pushed(push: ImagePush, signal: AbortSignal): Promise<boolean> {
    const about = this.#props.followers
      .map((each) => ({ each, images: pushedImages(each.follower, push) }))
      .filter(({ images }) => images.length > 0)
    const looks = about.map(({ each, images }) => {
      const hints = new Map(images.map((image) => [image, hintOf(push)]))
      return this.#look(each, images, hints, signal)
    })
    const failures = (await Promise.all(looks)).flat()
    const passing = failures.find(isWorthTellingAgain)
    if (passing instanceof Error)
      throw new SinkUnavailableError(passing.message, { cause: passing })
    return about.length > 0
  }

  /**
   * Looks at all images whose time has come, so far as this instance knows; one that has just started
   * looks at once.
   */
  async lookAtAll(signal: AbortSignal): Promise<void> {
    const { followers, clock } = this.#props
    const nowMs = clock.monotonicMs()
    await Promise.all(
      followers.map(async (each) => {
        const lookedAtMs = this.#lookedAtMs.get(each)
        if (lookedAtMs !== undefined && nowMs - lookedAtMs < each.everyMs) return
        const failures = await this.#look(each, each.follower.file.images, new Map(), signal)
        if (!failures.some(isPassing)) this.#lookedAtMs.set(each, nowMs)
      }),
    )
  }

  /** @returns why some could not be looked at */
  async #look(
    each: ConfiguredFollower,
    images: readonly FollowedImage[],
    hints: ReadonlyMap<FollowedImage, ImageHint>,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const say = this.#logs.get(each)
    try {
      const looks = await each.follower.look(images, hints, signal)
      say?.(looks)
      return looks.flatMap(({ result }) => (result.outcome === 'failed' ? [result.error] : []))
    } catch (error) {
      signal.throwIfAborted()
      say?.(images.map((followed) => ({ followed, result: { outcome: 'failed', error } })))
      return [error]
    }
  }
}

/** Some registries tell the same until it is taken, and of nothing else meanwhile; an image that is gone stays so. */
const isWorthTellingAgain = (error: unknown): boolean =>
  isPassing(error) && !(error instanceof RegistryError && error.failure === 'absent')
