import type { LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseRecord } from '../../../leases/lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from '../../../leases/lease-store.ts'
import { LeaseStoreError } from '../../../leases/lease-store-errors.ts'

/** What becomes of one write. */
export type WriteFault =
  /** It is carried out, and its answer lost. */
  | 'lost'
  /** It is carried out, and its answer never comes. */
  | 'silent'
  /** It never gets there. */
  | 'away'

/** A store whose next writes go wrong as they are told to, and whose reads can hang. */
export class FaultyStore implements LeaseStore {
  readonly #store: LeaseStore
  readonly faults: (WriteFault | undefined)[] = []
  /** What becomes of those after them. */
  draw: () => WriteFault | undefined = () => undefined
  hangs = false
  /** Of a read that hangs. */
  hanging: AbortSignal | undefined
  writes = 0

  constructor(store: LeaseStore) {
    this.#store = store
  }

  async read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    if (this.hangs) {
      this.hanging = signal
      await never()
    }
    return this.#store.read(name, signal)
  }

  async replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    const fault = this.faults.length > 0 ? this.faults.shift() : this.draw()
    if (fault === 'away') {
      throw new LeaseStoreError({ message: 'away', outcome: 'none', retryable: true })
    }
    const written = await this.#store.replace(seen, next, signal)
    this.writes += 1
    if (fault === 'silent') await never()
    if (fault === 'lost') {
      throw new LeaseStoreError({ message: 'lost', outcome: 'unknown', retryable: true })
    }
    return written
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    return this.#store.changed(seen, signal)
  }

  epoch(): Promise<string> {
    return this.#store.epoch()
  }
}

const never = (): Promise<never> => Promise.withResolvers<never>().promise
