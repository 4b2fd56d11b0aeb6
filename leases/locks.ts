import { acquire } from './acquire.ts'
import { type Clock, systemClock } from './clock.ts'
import type { FencedResource } from './fenced-resource.ts'
import { HeldLock } from './held-lock.ts'
import type { HoldRequest } from './hold-writes.ts'
import type { LeaseStore } from './lease-store.ts'
import { LeaseStoreError } from './lease-store-errors.ts'
import type { Lock, LockContext } from './lock.ts'
import { HoldLostError } from './lock-errors.ts'
import { DEFAULT_TTL_SECONDS } from './lock-timing.ts'
import { MOST_RESULT_BYTES, type RunRecord, RunRecords, RunTakenOverError } from './run-records.ts'

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

/** Of `withLock`, `runOnce` and `lead`, which do something under the lock. */
export interface WorkOptions extends HoldOptions {
  /**
   * What the lock protects. It gets the token before the work begins, so that it refuses whatever
   * comes late from holders before.
   *
   * @default nothing that refuses
   */
  readonly protects?: readonly FencedResource[]
}

export interface HoldOptions extends Partial<Pick<HoldRequest, 'id' | 'metadata'>> {
  /** How many may hold this lock at once, as whoever made it says, or held it first. @default 1 */
  readonly slots?: number
  /** After this long without a sign of life others get it. @default 30 */
  readonly ttlSeconds?: number
  /** For how long nobody else gets it, even if it is released. @default 0 */
  readonly minimumHoldSeconds?: number
  /** How often it is renewed, if more often than a third of that. @default ttlSeconds / 3 */
  readonly renewEveryMs?: number
  /** How long to wait for it; 0 tries once. @default forever */
  readonly waitMs?: number
  /** Ends the waiting, and whatever is done under the lock. */
  readonly signal?: AbortSignal
}

/** What a run came to. */
export interface RunOutcome<Result> {
  readonly result: Result
  /** Another caller's run, or an earlier one: nothing was done now. */
  readonly isReplay: boolean
}

/**
 * Locks, as a process uses them that lives longer than a call.
 *
 * @example
 * const store = await SqliteLeaseStore.open({ file: 'locks.db' })
 * const locks = new Locks({ store, holder: hostname() })
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
   * @throws {LockSlotsError} if the lock has another number of slots
   * @throws {LeaseStoreError}
   */
  acquire(name: string, { slots = 1, ...options }: HoldOptions = {}): Promise<HeldLock> {
    return this.#acquire(this.#lock(name, slots), options)
  }

  async #acquire(lock: Lock, options: Omit<HoldOptions, 'slots'>): Promise<HeldLock> {
    const { waitMs, signal, renewEveryMs, ...request } = options
    const grant = await acquire(this.#context, {
      lock,
      request: {
        id: crypto.randomUUID(),
        holder: this.#holder,
        ttlSeconds: DEFAULT_TTL_SECONDS,
        ...request,
      },
      ...(waitMs !== undefined && { waitMs }),
      ...(signal !== undefined && { signal }),
    })
    return new HeldLock(this.#context, grant, { until: signal, renewEveryMs })
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
  withLock<Result>(
    name: string,
    { slots = 1, ...options }: WorkOptions,
    work: (hold: HeldLock) => Promise<Result>,
  ): Promise<Result> {
    return this.#withLock(this.#lock(name, slots), options, work)
  }

  async #withLock<Result>(
    lock: Lock,
    { protects = [], ...options }: Omit<WorkOptions, 'slots'>,
    work: (hold: HeldLock) => Promise<Result>,
  ): Promise<Result> {
    const hold = await this.#acquire(lock, options)
    try {
      await hold.stamp(protects)
      const result = await work(hold)
      hold.assertHeld()
      return result
    } finally {
      await releaseOrLet(hold)
    }
  }

  /**
   * Does something once for a key, whoever asks and however often: one does it, under the lock of
   * the job, and all get what it came to. What failed is done again when it is asked for again, and
   * so is what was under way when its process died. Of a lock of several slots it takes the first.
   *
   * @param work gives what JSON can hold, 1 KiB at most
   * @throws what the work threw
   * @throws {RunTakenOverError} if this process was thought dead, and another one did it again
   */
  async runOnce<Result>(
    job: string,
    key: string,
    options: Omit<WorkOptions, 'slots'>,
    work: (hold: HeldLock) => Promise<Result>,
  ): Promise<RunOutcome<Result>> {
    const lock = { ...this.#lock(job, 1), firstAlone: true }
    const records = new RunRecords(this.#context, lock)
    const done = await records.find(key)
    if (done?.status === 'succeeded') return replayed(done)
    return this.#withLock(lock, options, async (hold) => {
      const run = await records.begin(key, hold.token)
      return run.status === 'succeeded' ? replayed(run) : runUnder(hold, run, records, work)
    })
  }

  /**
   * Leads, again and again: each time that it is elected, until `signal` aborts.
   *
   * @param lead has to return when the signal of its hold aborts; it stands for election again then
   */
  async lead(
    name: string,
    { protects = [], ...options }: WorkOptions & { readonly signal: AbortSignal },
    lead: (hold: HeldLock) => Promise<void>,
  ): Promise<void> {
    for await (const term of this.terms(name, options)) {
      await term.stamp(protects)
      await lead(term)
    }
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

async function runUnder<Result>(
  hold: HeldLock,
  { key }: RunRecord,
  records: RunRecords,
  work: (hold: HeldLock) => Promise<Result>,
): Promise<RunOutcome<Result>> {
  let result: Result
  try {
    result = await work(hold)
  } catch (error) {
    await orLet(records.end(key, hold.token, { status: 'failed', result: briefly(error) }))
    throw error
  }
  await records.end(key, hold.token, {
    status: 'succeeded',
    result: JSON.stringify(result ?? null),
  })
  return { result, isReplay: false }
}

const replayed = <Result>({ result = 'null' }: RunRecord): RunOutcome<Result> => ({
  result: JSON.parse(result) as Result,
  isReplay: true,
})

/** In characters of up to four bytes each. */
const briefly = (error: unknown): string => String(error).slice(0, MOST_RESULT_BYTES / 4)

/** A hold that cannot be given back ends for lack of renewals, or has ended. */
const releaseOrLet = (hold: HeldLock): Promise<void> => orLet(hold.release())

/** What is written at the end hides no other error: without it, time says the same. */
async function orLet(writing: Promise<unknown>): Promise<void> {
  try {
    await writing
  } catch (error) {
    const isExpected =
      error instanceof LeaseStoreError ||
      error instanceof HoldLostError ||
      error instanceof RunTakenOverError
    if (!isExpected) throw error
  }
}
