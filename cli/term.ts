import type { FencingToken } from '../leases/fencing-token.ts'
import type { HeldLock } from '../leases/held-lock.ts'
import { LeaseStoreError } from '../leases/lease-store-errors.ts'
import { HoldLostError } from '../leases/lock-errors.ts'
import { pause } from './pause.ts'
import type { StopBounds } from './stop-bounds.ts'

/**
 * One time that this pod leads. It is over before the hold under it is: what is left of that is for
 * the work to end. Disposed of, it lets the next one lead.
 */
export class Term implements AsyncDisposable {
  readonly #hold: HeldLock
  readonly #bounds: StopBounds
  readonly #over = new AbortController()

  constructor(hold: HeldLock, bounds: StopBounds) {
    this.#hold = hold
    this.#bounds = bounds
    const stop = () => this.#over.abort(hold.signal.reason)
    if (hold.signal.aborted) stop()
    else hold.signal.addEventListener('abort', stop, { once: true })
    void this.#watch()
  }

  /** Another one for each term, of whichever pod. */
  get id(): string {
    return this.#hold.id
  }

  /** `undefined` if electors that know of no tokens may contend. */
  get token(): FencingToken | undefined {
    return this.#hold.isFenced ? this.#hold.token : undefined
  }

  /** For how long this pod leads yet, should no renewal work any more. */
  get leadsForMs(): number {
    if (this.#over.signal.aborted) return 0
    return Math.max(this.#hold.remainingMs - this.#bounds.termBeforeMs, 0)
  }

  /** For how long work under it may be there at most. */
  get workMayLastMs(): number {
    return Math.max(this.#hold.remainingMs - this.#bounds.killBeforeMs, 0)
  }

  /** Aborts when this pod no longer leads, or is asked to give it up. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** Gives up to lead. The others have to wait until it is disposed of. */
  end(): void {
    this.#over.abort(new Error('Leadership was given up'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end()
    try {
      await this.#hold.release()
    } catch (error) {
      // It ends by itself then, for lack of renewals, or has ended.
      if (!(error instanceof LeaseStoreError || error instanceof HoldLostError)) throw error
    }
  }

  async #watch(): Promise<void> {
    for (let leftMs = this.leadsForMs; leftMs > 0; leftMs = this.leadsForMs) {
      await pause(leftMs, this.signal)
    }
    this.#over.abort(new Error('No renewal was confirmed in time'))
  }
}
