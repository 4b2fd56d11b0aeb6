import { isRecord } from '../kubernetes/answer.ts'
import { KubernetesError } from '../kubernetes/errors.ts'
import type { KubernetesClient, WatchEvent } from '../kubernetes/kubernetes-client.ts'
import type { Clock } from './clock.ts'
import { isStatus } from './kubernetes-failures.ts'
import { describeLease } from './lease-name.ts'
import type { StoredLease } from './lease-store.ts'

export interface LeaseWatchesProps {
  readonly client: KubernetesClient
  /** Path of the Leases that one is among. */
  readonly pathOf: (lease: StoredLease) => string
  /** How long whoever waits does so when the watch has ended or was refused, in milliseconds. */
  readonly pollEveryMs: number
  readonly clock: Pick<Clock, 'sleep'>
}

/**
 * Waits for changes of Leases by one watch of each, however many wait and however often: a connection
 * made anew for each wait costs more than all else that a lock does.
 */
export class LeaseWatches {
  readonly #props: LeaseWatchesProps
  readonly #watches = new Map<string, LeaseWatch>()

  constructor(props: LeaseWatchesProps) {
    this.#props = props
  }

  /**
   * Resolves when the Lease is, or may be, no longer at the version that was seen.
   *
   * @throws the reason of the signal, once that aborts
   */
  async changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const key = describeLease(seen.name)
    const watch = this.#watches.get(key) ?? this.#begin(key, seen)
    await watch.changedSince(BigInt(seen.version), signal)
  }

  #begin(key: string, seen: StoredLease): LeaseWatch {
    const watch = new LeaseWatch(this.#props, seen, () => {
      if (this.#watches.get(key) === watch) this.#watches.delete(key)
    })
    this.#watches.set(key, watch)
    return watch
  }
}

interface Waiter {
  readonly version: bigint
  readonly wake: () => void
}

/** For whoever looks at what has changed, and waits again. */
const LINGER_MS = 200

class LeaseWatch {
  readonly #props: LeaseWatchesProps
  readonly #waiters = new Set<Waiter>()
  readonly #unwanted = new AbortController()
  readonly #forget: () => void
  #latest: bigint
  #waits = 0
  #isOver = false

  constructor(props: LeaseWatchesProps, seen: StoredLease, forget: () => void) {
    this.#props = props
    this.#latest = BigInt(seen.version)
    this.#forget = forget
    void this.#run(seen)
  }

  async changedSince(version: bigint, signal: AbortSignal): Promise<void> {
    if (version < this.#latest) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { version, wake: resolve }
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#waiters.add(waiter)
    this.#waits += 1
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#waiters.delete(waiter)
      if (this.#waiters.size === 0) void this.#endUnlessWanted()
    }
  }

  async #run(seen: StoredLease): Promise<void> {
    const mayBeTried = await this.#follow(seen)
    this.#isOver = true
    if (!mayBeTried) await this.#pause()
    this.#forget()
    for (const { wake } of this.#waiters) wake()
  }

  /** @returns whether another one can be tried at once */
  async #follow(seen: StoredLease): Promise<boolean> {
    const { client, pathOf } = this.#props
    const query = new URLSearchParams({
      watch: '1',
      fieldSelector: `metadata.name=${seen.name.name}`,
      resourceVersion: seen.version,
    })
    const { signal } = this.#unwanted
    try {
      for await (const event of client.watch(`${pathOf(seen)}?${query}`, signal)) this.#take(event)
      return false
    } catch (error) {
      if (signal.aborted) return true
      if (!(error instanceof KubernetesError)) throw error
      // What was seen is too old to watch from: whoever waits reads what is there now.
      return isStatus(error, 410)
    }
  }

  #take({ type, object }: WatchEvent): void {
    const version = type === 'DELETED' ? undefined : versionOf(object)
    if (version !== undefined && version > this.#latest) this.#latest = version
    for (const waiter of this.#waiters) {
      if (version === undefined || version > waiter.version) waiter.wake()
    }
  }

  /** Whoever waits reads again, but not in a busy loop. */
  #pause(): Promise<void> {
    const { clock, pollEveryMs } = this.#props
    return clock.sleep(pollEveryMs, this.#unwanted.signal).catch(() => {})
  }

  async #endUnlessWanted(): Promise<void> {
    if (this.#isOver) return
    const waits = this.#waits
    await this.#props.clock.sleep(LINGER_MS).catch(() => {})
    if (this.#waiters.size > 0 || this.#waits !== waits) return
    this.#forget()
    this.#unwanted.abort()
  }
}

function versionOf({ metadata }: WatchEvent['object']): bigint | undefined {
  const version = isRecord(metadata) ? metadata.resourceVersion : undefined
  return typeof version === 'string' && /^\d+$/.test(version) ? BigInt(version) : undefined
}
