import type { Clock } from '../../leases/clock.ts'
import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LeaseName } from '../../leases/lease-name.ts'
import type { LeaseRecord } from '../../leases/lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from '../../leases/lease-store.ts'
import { LeaseConflictError, LeaseMissingError } from '../../leases/lease-store-errors.ts'
import { CallMeter } from '../http/call-meter.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'

export interface MeasuredStoreProps {
  readonly store: LeaseStore
  readonly listing: LeaseListing | undefined
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: RequestMetrics | undefined
}

/** The store, as one request uses it: it counts the calls, and knows whether a write was sent. */
export class MeasuredStore implements LeaseStore {
  readonly #props: MeasuredStoreProps
  readonly #meter: CallMeter
  #writes = 0

  constructor(props: MeasuredStoreProps) {
    this.#props = props
    this.#meter = new CallMeter({ ...props, name: 'store', isAnswer: isAnswer })
  }

  /** Whether a write has been sent that may have been carried out, or may yet be. */
  get mayHaveWritten(): boolean {
    return this.#writes > 0
  }

  get calls(): number {
    return this.#meter.calls
  }

  /** For the header `Server-Timing`. Waiting for a change is no call. */
  get serverTiming(): string {
    return this.#meter.serverTiming
  }

  /** `undefined` if this store cannot list. */
  get listing(): LeaseListing | undefined {
    const { listing } = this.#props
    return (
      listing && {
        list: (namespace, signal) =>
          this.#meter.measure('list', () => listing.list(namespace, signal)),
      }
    )
  }

  read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    return this.#meter.measure('read', () => this.#props.store.read(name, signal))
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    this.#writes += 1
    try {
      return await this.#meter.measure('replace', () =>
        this.#props.store.replace(seen, next, signal),
      )
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
}

/** What a store says about Leases, and not about itself. */
const isAnswer = (error: unknown): boolean =>
  error instanceof LeaseConflictError || error instanceof LeaseMissingError
