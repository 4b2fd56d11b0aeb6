import type { LeaseListing } from './lease-listing.ts'
import type { LeaseName } from './lease-name.ts'
import type { LeaseReading, LeaseStore } from './lease-store.ts'
import { LeaseMissingError } from './lease-store-errors.ts'
import { type Lock, leasesOf } from './lock.ts'
import { queueLeaseName, runsLeaseName } from './names.ts'

/** Reads that are under way at once, so that a look at many locks is no crowd. */
const AT_ONCE = 8

/**
 * The Leases of locks that are known by name, read one by one: whoever lists them needs no right but to
 * get them, and sees nobody else's.
 */
export class DeclaredLeases implements LeaseListing {
  readonly #store: Pick<LeaseStore, 'read'>
  readonly #names: readonly LeaseName[]

  constructor(store: Pick<LeaseStore, 'read'>, locks: readonly Lock[]) {
    this.#store = store
    this.#names = locks.flatMap(namesOf).sort(byName)
  }

  async list(
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<readonly LeaseReading[]> {
    const asked = this.#names.filter((name) => [undefined, name.namespace].includes(namespace))
    const readings: LeaseReading[] = []
    for (let begin = 0; begin < asked.length; begin += AT_ONCE) {
      const batch = asked.slice(begin, begin + AT_ONCE)
      readings.push(...(await Promise.all(batch.map((name) => this.#read(name, signal)))).flat())
    }
    return readings
  }

  /** One that is not there is not listed, as it is with those that list all. */
  async #read(name: LeaseName, signal?: AbortSignal): Promise<readonly LeaseReading[]> {
    try {
      return [await this.#store.read(name, signal)]
    } catch (error) {
      if (error instanceof LeaseMissingError) return []
      throw error
    }
  }
}

const namesOf = (lock: Lock): readonly LeaseName[] => [
  ...leasesOf(lock),
  ...[queueLeaseName, runsLeaseName].map((nameOf) => ({
    namespace: lock.namespace,
    name: nameOf(lock.name),
  })),
]

const byName = (one: LeaseName, other: LeaseName): number => (textOf(one) < textOf(other) ? -1 : 1)

const textOf = ({ namespace, name }: LeaseName): string => `${namespace}/${name}`
