import { acquire } from './acquire.ts'
import { type Clock, systemClock } from './clock.ts'
import { HeldLock } from './held-lock.ts'
import type { HoldRequest } from './hold-writes.ts'
import type { LeaseStore } from './lease-store.ts'
import { LeaseStoreError } from './lease-store-errors.ts'
import type { Lock, LockContext } from './lock.ts'
import { DEFAULT_TTL_SECONDS } from './lock-timing.ts'

export interface LocksProps {
  readonly store: LeaseStore
  /** Who this process is, for people who look at a lock: its pod, its host and number. */
  readonly holder: string
  /** Where its Leases are. @default 'default' */
  readonly namespace?: string
  /** @default the clocks of this machine */
  readonly clock?: Clock
  /** @default Math.random */
  readonly random?: () => number
}

export interface HoldOptions extends Partial<Pick<HoldRequest, 'id' | 'metadata'>> {
  /** How many may hold this lock at once; all that use it have to say the same. @default 1 */
  readonly slots?: number
  /** After this long without a sign of life others get it. @default 30 */
  readonly ttlSeconds?: number
  /** For how long nobody else gets it, even if it is released. @default 0 */
  readonly minimumHoldSeconds?: number
  /** How long to wait for it; 0 tries once. @default forever */
  readonly waitMs?: number
  /** Ends the waiting, and whatever is done under the lock. */
  readonly signal?: AbortSignal
}

/**
 * Locks, as a process uses them that lives longer than a call.
 *
 * @example
 * const locks = new Locks({ store: new SqliteLeaseStore({ file: 'locks.db' }), holder: hostname() })
 * await locks.withLock('reindex', {}, async ({ token, signal }) => { … })
 */
export class Locks {
  readonly #context: LockContext
  readonly #namespace: string
  readonly #holder: string

  constructor(props: LocksProps) {
    const {
      store,
      holder,
      namespace = 'default',
      clock = systemClock,
      random = Math.random,
    } = props
    this.#context = { store, clock, random }
    this.#namespace = namespace
    this.#holder = holder
  }

  /**
   * Waits for a lock and holds it until it is released or disposed of: `await using hold = …`.
   *
   * @throws {LockHeldError} if it took longer than `waitMs`
   * @throws {LeaseStoreError}
   */
  async acquire(name: string, options: HoldOptions = {}): Promise<HeldLock> {
    const { waitMs, signal, slots = 1, ...request } = options
    const grant = await acquire(this.#context, {
      lock: this.#lock(name, slots),
      request: {
        id: crypto.randomUUID(),
        holder: this.#holder,
        ttlSeconds: DEFAULT_TTL_SECONDS,
        ...request,
      },
      ...(waitMs !== undefined && { waitMs }),
      ...(signal !== undefined && { signal }),
    })
    return new HeldLock(this.#context, grant, signal)
  }

  /**
   * Does something while it holds a lock. `signal` of the hold aborts before anybody else can get
   * it; the work has to end then.
   *
   * @returns what the work returned
   * @throws {HoldLostError} if the hold was lost meanwhile, even if the work has ended well: others
   * may have begun before it did
   * @throws {LockHeldError} if waiting took longer than `waitMs`
   */
  async withLock<Result>(
    name: string,
    options: HoldOptions,
    work: (hold: HeldLock) => Promise<Result>,
  ): Promise<Result> {
    const hold = await this.acquire(name, options)
    try {
      const result = await work(hold)
      hold.assertHeld()
      return result
    } finally {
      await releaseOrLet(hold)
    }
  }

  /**
   * Leads, again and again: each time that it is elected, until `signal` aborts.
   *
   * @param lead has to return when the signal of its hold aborts; it stands for election again then
   */
  async lead(
    name: string,
    options: HoldOptions & { readonly signal: AbortSignal },
    lead: (hold: HeldLock) => Promise<void>,
  ): Promise<void> {
    for await (const term of this.terms(name, options)) await lead(term)
  }

  /** The terms in which this process leads, one after the other, until `signal` aborts. */
  async *terms(
    name: string,
    { signal, ...options }: HoldOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<HeldLock, void, undefined> {
    while (!signal.aborted) {
      const hold = await this.#nextTerm(name, { ...options, signal })
      if (hold === undefined) return
      try {
        yield hold
      } finally {
        await releaseOrLet(hold)
      }
    }
  }

  async #nextTerm(
    name: string,
    options: HoldOptions & { readonly signal: AbortSignal },
  ): Promise<HeldLock | undefined> {
    try {
      return await this.acquire(name, options)
    } catch (error) {
      if (options.signal.aborted) return undefined
      throw error
    }
  }

  #lock(name: string, slots: number): Lock {
    return { namespace: this.#namespace, name, slots }
  }
}

/** A hold that cannot be given back ends for lack of renewals, and takes nothing from the result. */
async function releaseOrLet(hold: HeldLock): Promise<void> {
  try {
    await hold.release()
  } catch (error) {
    if (!(error instanceof LeaseStoreError)) throw error
  }
}
