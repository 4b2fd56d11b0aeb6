import type { Clock } from '../leases/clock.ts'
import { orAborted } from '../leases/or-aborted.ts'
import type { RolloutLook } from './look-at-rollout.ts'

export interface SharedLooksProps {
  /** A look at `<namespace>/<app>`. Its signal aborts once nobody waits for it any more. */
  readonly look: (app: string, signal: AbortSignal) => Promise<RolloutLook>
  /** How long what was found is told to whoever asks next, in milliseconds. @default 1_000 */
  readonly keptForMs?: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

export interface SharedLookRequest {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** What the branch is at, so that nobody is told what was so before a commit that they know of. */
  readonly tip: string | undefined
  readonly signal: AbortSignal
}

interface SharedLook {
  readonly found: Promise<RolloutLook>
  readonly end: AbortController
  waiting: number
  /** Absent while it is under way. */
  foundAtMs?: number
}

/** Looks at an app once for all who ask at the same time. While nobody asks it looks at nothing. */
export class SharedLooks {
  readonly #props: SharedLooksProps
  readonly #looks = new Map<string, SharedLook>()

  constructor(props: SharedLooksProps) {
    this.#props = props
  }

  /**
   * What a look has found a moment ago, or finds that is under way, or else a new one.
   *
   * @throws what `look` does
   * @throws the reason of the signal
   */
  async at({ app, tip, signal }: SharedLookRequest): Promise<RolloutLook> {
    signal.throwIfAborted()
    this.#forgetOld()
    const key = `${app}@${tip}`
    const shared = this.#looks.get(key) ?? this.#begin(key, app)
    shared.waiting += 1
    try {
      return await orAborted(shared.found, signal)
    } finally {
      shared.waiting -= 1
      if (shared.waiting === 0 && shared.foundAtMs === undefined) this.#end(key, shared)
    }
  }

  #begin(key: string, app: string): SharedLook {
    const { look, clock } = this.#props
    const end = new AbortController()
    const shared: SharedLook = { found: look(app, end.signal), end, waiting: 0 }
    this.#looks.set(key, shared)
    shared.found.then(
      () => {
        shared.foundAtMs = clock.monotonicMs()
      },
      // Whoever asks next has another try.
      () => this.#end(key, shared),
    )
    return shared
  }

  #end(key: string, shared: SharedLook): void {
    if (this.#looks.get(key) === shared) this.#looks.delete(key)
    shared.end.abort()
  }

  #forgetOld(): void {
    const { clock, keptForMs = 1_000 } = this.#props
    const oldestMs = clock.monotonicMs() - keptForMs
    for (const [key, { foundAtMs }] of this.#looks) {
      if (foundAtMs !== undefined && foundAtMs <= oldestMs) this.#looks.delete(key)
    }
  }
}
