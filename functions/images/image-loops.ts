import { ImageLoop } from '../../images/image-loop.ts'
import type { Clock } from '../../leases/clock.ts'
import type { ConfiguredFollower } from '../configuration/image-followers.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { ImagePush } from '../webhooks/webhook-sink.ts'
import { imageLog } from './image-log.ts'
import { hintOf, type ImagePushes, pushedImages } from './image-pushes.ts'

export interface ImageLoopsProps {
  readonly followers: readonly ConfiguredFollower[]
  readonly clock: Clock
  readonly log: LogSink
}

/** Images of a server that lives: a loop for each file, which is told of pushes. */
export class ImageLoops implements ImagePushes {
  readonly #props: ImageLoopsProps
  readonly #loops = new Map<ConfiguredFollower, ImageLoop>()

  constructor(props: ImageLoopsProps) {
    this.#props = props
  }

  start(): void {
    const { followers, clock, log } = this.#props
    for (const each of followers) {
      const { follower, everyMs } = each
      const loop = new ImageLoop({
        images: follower.file.images,
        look: (images, hints, signal) => follower.look(images, hints, signal),
        clock,
        everyMs,
        onLooks: imageLog(follower, log),
      })
      this.#loops.set(each, loop)
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()))
  }

  /** Comes back at once: a loop looks when it may. */
  async pushed(push: ImagePush): Promise<boolean> {
    let isFollowed = false
    for (const each of this.#props.followers) {
      for (const image of pushedImages(each.follower, push)) {
        isFollowed = true
        this.#loops.get(each)?.hint(image, hintOf(push))
      }
    }
    return isFollowed
  }
}
