import type { GitRemote } from '../../gitops/git-remote.ts'
import type { Clock } from '../../leases/clock.ts'
import { orAborted } from '../../leases/or-aborted.ts'
import type { OpenedRemote } from './rollout-target.ts'

export interface KeptRemotesProps {
  readonly open: () => Promise<OpenedRemote>
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** What a connection has read piles up, so it is given back now and then, in milliseconds. */
const KEPT_FOR_MS = 60 * 60 * 1000

/** One for ticks, and one for gates that are asked meanwhile. */
const MOST_KEPT = 2

interface KeptRemote extends OpenedRemote {
  readonly untilMs: number
}

/**
 * Connections to one repository that are kept from one use to the next, with what they have read. Each has
 * one user at a time, so whoever comes while all are in use gets a new one. After a failure a connection is
 * not used again.
 *
 * Nobody waits for a use that is not his own, as requests of some platforms must not.
 */
export class KeptRemotes {
  readonly #props: KeptRemotesProps
  /** The one that was used last is the last, and the next to be used. */
  readonly #idle: KeptRemote[] = []
  #isClosed = false

  constructor(props: KeptRemotesProps) {
    this.#props = props
  }

  /**
   * Does something by a connection. After the signal has aborted it goes on unseen, and keeps the connection
   * if it succeeds after all.
   *
   * @throws what opening and the work do
   * @throws the reason of the signal
   */
  async use<Result>(
    work: (remote: GitRemote) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    signal?.throwIfAborted()
    const done = this.#use(work)
    return signal === undefined ? done : orAborted(done, signal)
  }

  /** Gives back those that nobody uses now, and from now on each once it was used. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#idle.splice(0).map(({ close }) => close()))
  }

  async #use<Result>(work: (remote: GitRemote) => Promise<Result>): Promise<Result> {
    const kept = await this.#take()
    const result = await work(kept.remote).catch(async (error: unknown) => {
      await kept.close()
      throw error
    })
    await this.#giveBack(kept)
    return result
  }

  async #take(): Promise<KeptRemote> {
    const nowMs = this.#props.clock.monotonicMs()
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (nowMs < kept.untilMs) return kept
      await kept.close()
    }
    return { ...(await this.#props.open()), untilMs: nowMs + KEPT_FOR_MS }
  }

  async #giveBack(kept: KeptRemote): Promise<void> {
    if (this.#isClosed || this.#idle.length >= MOST_KEPT) await kept.close()
    else this.#idle.push(kept)
  }
}
