import type { Clock } from '../../leases/clock.ts'
import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LeaseName } from '../../leases/lease-name.ts'
import type { LeaseRecord } from '../../leases/lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from '../../leases/lease-store.ts'
import { LeaseConflictError, LeaseMissingError } from '../../leases/lease-store-errors.ts'
import type { CallMeasure, RequestMetrics } from '../http/request-metrics.ts'

export interface MeasuredStoreProps {
  readonly store: LeaseStore
  readonly listing: LeaseListing | undefined
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: RequestMetrics | undefined
}

/** The store, as one request uses it: it counts the calls, and knows whether a write was sent. */
export class MeasuredStore implements LeaseStore {
  readonly #props: MeasuredStoreProps
  #calls = 0
  #durationMs = 0
  #writes = 0

  constructor(props: MeasuredStoreProps) {
    this.#props = props
  }

  /** Whether a write has been sent that may have been carried out, or may yet be. */
  get mayHaveWritten(): boolean {
    return this.#writes > 0
  }

  get calls(): number {
    return this.#calls
  }

  /** For the header `Server-Timing`. Waiting for a change is no call. */
  get serverTiming(): string {
    const calls = this.#calls === 1 ? '1 call' : `${this.#calls} calls`
    return `store;dur=${this.#durationMs.toFixed(1)};desc="${calls}"`
  }

  /** `undefined` if this store cannot list. */
  get listing(): LeaseListing | undefined {
    const { listing } = this.#props
    return (
      listing && {
        list: (namespace, signal) => this.#measure('list', () => listing.list(namespace, signal)),
      }
    )
  }

  read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    return this.#measure('read', () => this.#props.store.read(name, signal))
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    this.#writes += 1
    try {
      return await this.#measure('replace', () => this.#props.store.replace(seen, next, signal))
    } catch (error) {
      // The one failure after which nothing can have been written.
      if (error instanceof LeaseConflictError) this.#writes -= 1
      throw error
    }
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    return this.#props.store.changed(seen, signal)
  }

  epoch(): Promise<string> {
    return this.#props.store.epoch()
  }

  async #measure<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    const { clock, metrics } = this.#props
    const startedMs = clock.monotonicMs()
    let outcome: CallMeasure['outcome'] = 'done'
    this.#calls += 1
    try {
      return await call()
    } catch (error) {
      outcome = isAnswer(error) ? 'refused' : 'failed'
      throw error
    } finally {
      const durationMs = clock.monotonicMs() - startedMs
      this.#durationMs += durationMs
      metrics?.call({ operation, outcome, durationMs })
    }
  }
}

/** What a store says about Leases, and not about itself. */
const isAnswer = (error: unknown): boolean =>
  error instanceof LeaseConflictError || error instanceof LeaseMissingError
