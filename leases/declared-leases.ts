import type { LeaseListing } from './lease-listing.ts'
import type { LeaseName } from './lease-name.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
import { LeaseMissingError } from './lease-store-errors.ts'
import { type Lock, leasesOf } from './lock.ts'
import { queueLeaseName, runsLeaseName } from './names.ts'

/** Reads that are under way at once, so that a look at many locks is no crowd. */
const AT_ONCE = 8

/**
 * A store in which there are the Leases of some locks alone, whatever else the one below has. Those are
 * listed one by one, so it takes no right but to get, update and watch them by name; and whoever asks
 * for another one is told so, without a call that would be refused.
 */
export class DeclaredLeases implements LeaseStore, LeaseListing {
  readonly #store: LeaseStore
  readonly #names: ReadonlyMap<string, LeaseName>

  constructor(store: LeaseStore, locks: readonly Lock[]) {
    this.#store = store
    const names = locks.flatMap(namesOf).map((name) => [keyOf(name), name] as const)
    this.#names = new Map(names.sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  async read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    if (!this.#names.has(keyOf(name))) throw new LeaseMissingError(name)
    return this.#store.read(name, signal)
  }

  replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    return this.#store.replace(seen, next, signal)
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    return this.#store.changed(seen, signal)
  }

  epoch(): Promise<string> {
    return this.#store.epoch()
  }

  async list(
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<readonly LeaseReading[]> {
    const asked = [...this.#names.values()].filter((name) =>
      [undefined, name.namespace].includes(namespace),
    )
    const readings: LeaseReading[] = []
    for (let begin = 0; begin < asked.length; begin += AT_ONCE) {
      const batch = asked.slice(begin, begin + AT_ONCE)
      const read = await Promise.all(batch.map((name) => this.#readIfThere(name, signal)))
      readings.push(...read.flat())
    }
    return readings
  }

  /** One that is not there yet is not listed. */
  async #readIfThere(name: LeaseName, signal?: AbortSignal): Promise<readonly LeaseReading[]> {
    try {
      return [await this.#store.read(name, signal)]
    } catch (error) {
      if (error instanceof LeaseMissingError) return []
      throw error
    }
  }
}

/** The store with these locks alone, or with all that it has if nobody says which there are. */
export const withDeclared = (
  store: LeaseStore & LeaseListing,
  locks: readonly Lock[] | undefined,
): LeaseStore & LeaseListing => (locks === undefined ? store : new DeclaredLeases(store, locks))

const namesOf = (lock: Lock): readonly LeaseName[] => [
  ...leasesOf(lock),
  ...[queueLeaseName, runsLeaseName].map((nameOf) => ({
    namespace: lock.namespace,
    name: nameOf(lock.name),
  })),
]

const keyOf = ({ namespace, name }: LeaseName): string => `${namespace}/${name}`
