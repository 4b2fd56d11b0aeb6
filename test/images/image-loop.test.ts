import { describe, expect, it, onTestFinished } from 'vitest'
import { RemoteRefusedError } from '../../gitops/git-remote-errors.ts'
import type { FollowedImage, ImageHint } from '../../images/followed-file.ts'
import { ImageLoop } from '../../images/image-loop.ts'
import type { ImageLook } from '../../images/look-at-images.ts'
import { RegistryError } from '../../images/registry-error.ts'

const imageOf = (name: string): FollowedImage => ({
  image: { host: 'r.example.com', name },
  rule: { tag: 'main' },
  at: [name],
})
const WEB = imageOf('web')
const CART = imageOf('cart')
const EVERY_MS = 600_000

/** A loop whose time goes only as far as it sleeps, and what it looks at. */
class Watched {
  /** When, and at which. */
  readonly looks: string[] = []
  readonly hints: (ImageHint | undefined)[] = []
  readonly errors: Map<FollowedImage, unknown>
  /** Called before each sleep; the loop is stopped after some of them. */
  onSleep: (sleeps: number) => void = () => {}
  /** Of all that it looks at. */
  failure: Error | undefined
  #nowMs = 0
  #sleeps = 0
  readonly #ended = Promise.withResolvers<void>()
  readonly #most: number
  readonly loop: ImageLoop

  /** @param most sleeps until it has ended */
  constructor(most: number, errors: readonly (readonly [FollowedImage, unknown])[] = []) {
    this.#most = most
    this.errors = new Map(errors)
    this.loop = new ImageLoop({
      images: [WEB, CART],
      everyMs: EVERY_MS,
      clock: { monotonicMs: () => this.#nowMs, sleep: (ms, signal) => this.#sleep(ms, signal) },
      look: async (images, hints) => this.#look(images, hints),
      onLooks: () => {},
      random: () => 1,
    })
    onTestFinished(() => this.loop.stop())
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }

  #look(
    images: readonly FollowedImage[],
    hints: ReadonlyMap<FollowedImage, ImageHint>,
  ): readonly ImageLook[] {
    this.looks.push(`${this.#nowMs} ${images.map(({ image }) => image.name).join(' ')}`)
    this.hints.push(hints.get(WEB))
    if (this.failure !== undefined) throw this.failure
    return images.map((followed) => {
      const error = this.errors.get(followed)
      return { followed, result: error ? { outcome: 'failed', error } : { outcome: 'current' } }
    })
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.#nowMs + ms
    this.#sleeps += 1
    if (this.#sleeps > this.#most) {
      this.#ended.resolve()
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    }
    this.onSleep(this.#sleeps)
    signal?.throwIfAborted()
    this.#nowMs = until
  }
}

const hint = (delivery: string): ImageHint => ({ sender: 'registry/harbor', delivery })
const away = new RegistryError('unreachable', 'away')

describe('A loop over images', () => {
  it('looks at all when it begins, and every ten minutes', async () => {
    const watched = new Watched(4)
    await watched.ended
    expect(watched.looks).toEqual(['0 web cart', '600000 web cart', '1200000 web cart'])
  })

  it('looks at one soon when it is told of, and not once for each who tells', async () => {
    const watched = new Watched(4)
    watched.onSleep = (sleeps) => {
      // The first sleep is after a look, the second until the next.
      if (sleeps !== 2) return
      for (const delivery of ['1', '2', '3']) watched.loop.hint(WEB, hint(delivery))
    }
    await watched.ended
    expect(watched.looks.slice(0, 2)).toEqual(['0 web cart', '1000 web'])
    expect(watched.looks[2]).toBe('600000 web cart')
    expect(watched.hints.slice(0, 3)).toEqual([undefined, hint('3'), undefined])
  })

  it('is told of nothing in vain while it looks', async () => {
    const watched = new Watched(3)
    watched.onSleep = (sleeps) => {
      if (sleeps === 1) watched.loop.hint(CART, hint('1'))
    }
    await watched.ended
    expect(watched.looks).toEqual(['0 web cart', '1000 cart', '600000 web cart'])
  })

  it('looks again at what has failed, later each time, and knows still who told of it', async () => {
    const watched = new Watched(10, [[WEB, away]])
    watched.onSleep = (sleeps) => {
      if (sleeps === 1) watched.loop.hint(WEB, hint('1'))
      if (watched.looks.length === 4) watched.errors.clear()
    }
    await watched.ended
    expect(watched.looks).toEqual([
      '0 web cart',
      '1000 web',
      '3000 web',
      '7000 web',
      '15000 web',
      '600000 web cart',
    ])
    expect(watched.hints).toEqual([undefined, ...Array(4).fill(hint('1')), undefined])
  })

  it.each([
    ['a registry that does not let it in', new RegistryError('refused', 'who are you')],
    ['a repository that does not', new RemoteRefusedError('https://git', 'authentication', 'no')],
    ['what nobody has thought of', new TypeError('x is undefined')],
  ])('does not run against %s', async (_, error) => {
    const watched = new Watched(4, [[WEB, error]])
    await watched.ended
    expect(watched.looks.slice(0, 2)).toEqual(['0 web cart', '600000 web cart'])
  })

  it('leaves a registry alone for as long as that asks', async () => {
    const error = new RegistryError('throttled', 'slowly', { retryAfterMs: 90_000 })
    const watched = new Watched(4, [[WEB, error]])
    await watched.ended
    expect(watched.looks[1]).toBe('90000 web')
  })

  it('goes on when a look has failed as a whole', async () => {
    const watched = new Watched(4)
    watched.onSleep = (sleeps) => {
      if (sleeps === 1) watched.loop.hint(WEB, hint('1'))
      watched.failure = sleeps === 1 ? away : undefined
    }
    await watched.ended
    expect(watched.looks.slice(0, 3)).toEqual(['0 web cart', '1000 web', '2000 web'])
    expect(watched.hints[2]).toEqual(hint('1'))
  })
})
