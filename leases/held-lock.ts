// Whoever compiles for ES2022 has no `await using` by default, and this declares that it may be used.
/// <reference lib="esnext.disposable" preserve="true" />
import { pauseAfter } from './backoff.ts'
import { elapsedAtMostMs, type Moment } from './clock.ts'
import type { FencedResource } from './fenced-resource.ts'
import type { FencingToken } from './fencing-token.ts'
import type { Grant } from './grant.ts'
import { isInterop } from './hold-state.ts'
import type { HoldRequest } from './hold-writes.ts'
import type { LeaseName } from './lease-name.ts'
import type { LockContext } from './lock.ts'
import { HoldLostError } from './lock-errors.ts'
import { handOver, release } from './release.ts'
import { renew } from './renew.ts'
import { withTimeLimit } from './time-limit.ts'

export interface HeldLockOptions {
  /** Tells whoever works under the lock to stop; the hold itself stays until it is released. */
  readonly until?: AbortSignal | undefined
  /** @default a third of the time to live, and never less often */
  readonly renewEveryMs?: number | undefined
}

/**
 * A hold of this process, renewed for as long as it is wanted.
 *
 * `signal` aborts before anybody else can have the lock, as long as this process gets to run. One
 * that was paused finds out when it goes on: `assertHeld` right before a step that matters, and a
 * resource that checks the token.
 */
export class HeldLock implements AsyncDisposable {
  readonly #context: LockContext
  readonly #lost = new AbortController()
  readonly #ended = new AbortController()
  readonly #renewing: Promise<void>
  readonly #signal: AbortSignal
  readonly #renewEveryMs: number
  #grant: Grant

  constructor(context: LockContext, grant: Grant, { until, renewEveryMs }: HeldLockOptions = {}) {
    this.#context = context
    this.#grant = grant
    this.#renewEveryMs = renewEveryMs ?? Number.POSITIVE_INFINITY
    this.#signal = until ? AbortSignal.any([this.#lost.signal, until]) : this.#lost.signal
    this.#renewing = this.#keepRenewing()
    void this.#watchDeadline()
  }

  get id(): string {
    return this.#grant.id
  }

  /** The Lease that it is on: which slot, of a lock with several. */
  get lease(): LeaseName {
    return this.#grant.written.lease.name
  }

  get token(): FencingToken {
    return this.#grant.token
  }

  /** Whether nobody but holders with a token may have this lock. Else the token fences nobody off. */
  get isFenced(): boolean {
    return !isInterop(this.#grant.written.lease.record)
  }

  /** Aborts when the hold is lost or about to be, with a `HoldLostError` for a reason. */
  get signal(): AbortSignal {
    return this.#signal
  }

  /** How long this process may still believe that it holds, should no renewal work any more. */
  get remainingMs(): number {
    return Math.max(this.#untilDeadlineMs(this.#grant), 0)
  }

  /** @throws {HoldLostError} if it is lost, or may be */
  assertHeld(): void {
    if (this.#untilDeadlineMs(this.#grant) <= 0) this.#loseByTime()
    this.#lost.signal.throwIfAborted()
  }

  /**
   * Makes what the lock protects know the token: from then on it refuses holders before this one,
   * however late their writes come.
   *
   * @throws {StaleTokenError} if it has seen a later one: this hold is over
   */
  async stamp(protects: readonly FencedResource[]): Promise<void> {
    await Promise.all(protects.map((resource) => resource.stamp(this.token, this.signal)))
    this.assertHeld()
  }

  /**
   * Gives the lock back. Do so only when what it protects has stopped.
   *
   * @throws {LeaseStoreError} if the store does not know of it: the hold ends by itself then
   */
  async release(): Promise<void> {
    if (!(await this.#end())) return
    await release(this.#context, this.#grant)
  }

  /** Gives the lock to somebody in particular, who acquires it under that id. */
  async handOver(to: HoldRequest): Promise<void> {
    this.assertHeld()
    if (!(await this.#end())) return
    await handOver(this.#context, this.#grant, to)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** @returns whether there is anything left to give back */
  async #end(): Promise<boolean> {
    const isFirst = !this.#ended.signal.aborted
    this.#ended.abort()
    await this.#renewing
    return isFirst && !this.#lost.signal.aborted
  }

  async #keepRenewing(): Promise<void> {
    const { clock } = this.#context
    const over = AbortSignal.any([this.#lost.signal, this.#ended.signal])
    let failures = 0
    while (!over.aborted) {
      try {
        const { since, timing } = this.#grant
        const everyMs = Math.min(this.#renewEveryMs, timing.renewEveryMs)
        const dueMs = failures > 0 ? 0 : everyMs - elapsedAtMostMs(clock, since)
        await clock.sleep(dueMs, over)
        // A third of what is left for it, so that after one that hangs there is time for others.
        const limitMs = timing.renewEveryMs / 3
        this.#grant = await withTimeLimit(clock, limitMs, over, (signal) =>
          renew(this.#context, this.#grant, signal),
        )
        failures = 0
      } catch (error) {
        if (over.aborted) return
        await this.#survive(error, failures, over)
        failures += 1
      }
    }
  }

  /** Goes on after an error if renewing may work yet; the deadline is somebody else's care. */
  async #survive(error: unknown, failures: number, over: AbortSignal): Promise<void> {
    try {
      const pauseMs = pauseAfter(error, failures, this.#context.random)
      await this.#context.clock.sleep(Math.min(pauseMs, this.#grant.timing.marginMs), over)
    } catch (fatal) {
      if (!over.aborted) this.#lost.abort(fatal)
    }
  }

  async #watchDeadline(): Promise<void> {
    const over = AbortSignal.any([this.#lost.signal, this.#ended.signal])
    try {
      for (let leftMs = this.remainingMs; leftMs > 0; leftMs = this.remainingMs) {
        await this.#context.clock.sleep(leftMs, over)
      }
      this.#loseByTime()
    } catch (error) {
      if (!over.aborted) throw error
    }
  }

  #loseByTime(): void {
    const { written, id } = this.#grant
    const because = 'no renewal was confirmed in time'
    this.#lost.abort(new HoldLostError(written.lease.name, id, 'expired', because))
  }

  #untilDeadlineMs({ since, timing }: { readonly since: Moment } & Pick<Grant, 'timing'>): number {
    return timing.ttlMs - timing.marginMs - elapsedAtMostMs(this.#context.clock, since)
  }
}
