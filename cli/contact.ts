import type { LeaseStore } from '../leases/lease-store.ts'
import { LeaseConflictError } from '../leases/lease-store-errors.ts'
import type { ElectorLog } from './elector-log.ts'

/** Whether a store is asked at all, and whether it answers: the first is our own fault. */
export class Contact {
  readonly #log: ElectorLog
  #askedMs = performance.now()
  #isLost = false

  constructor(log: ElectorLog) {
    this.#log = log
  }

  /** For how long nothing was asked. */
  get silentMs(): number {
    return performance.now() - this.#askedMs
  }

  /** Counts from now. */
  begin(): void {
    this.#askedMs = performance.now()
  }

  /** The same store, whose calls are noticed. */
  observe(store: LeaseStore): LeaseStore {
    return {
      read: (name, signal) => this.#noticed(store.read(name, signal), signal),
      replace: (seen, next, signal) => this.#noticed(store.replace(seen, next, signal), signal),
      changed: (seen, signal) => store.changed(seen, signal),
      epoch: () => this.#noticed(store.epoch()),
    }
  }

  async #noticed<Result>(call: Promise<Result>, signal?: AbortSignal): Promise<Result> {
    this.begin()
    try {
      const result = await call
      this.#answered()
      return result
    } catch (error) {
      if (error instanceof LeaseConflictError) this.#answered()
      else if (signal?.aborted !== true) this.#failed(error)
      throw error
    }
  }

  #answered(): void {
    if (this.#isLost) this.#log('The Lease can be reached again')
    this.#isLost = false
  }

  #failed(error: unknown): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#log('The Lease cannot be reached', error)
  }
}
