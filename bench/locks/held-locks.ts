import { setTimeout as sleep } from 'node:timers/promises'
import type { LeaseStore } from '../../leases/lease-store.ts'
import { Locks } from '../../leases/locks.ts'

export interface HeldLocks {
  readonly locks: number
  readonly secondsToAcquire: number
  /** Of this process, for renewals alone, as a share of one core. */
  readonly cores: number
  readonly renewalsPerSecond: number
  readonly lost: number
}

const TTL_SECONDS = 30

/** Holds many locks in one process for a while. */
export async function holdMany(
  store: LeaseStore,
  names: readonly string[],
  seconds: number,
): Promise<HeldLocks> {
  const counted = new CountedStore(store)
  const locks = new Locks({ store: counted, holder: 'bench' })
  const began = performance.now()
  const holds = []
  for (const name of names) holds.push(await locks.acquire(name, { ttlSeconds: TTL_SECONDS }))
  const secondsToAcquire = (performance.now() - began) / 1000
  counted.writes = 0
  const before = process.cpuUsage()
  const from = performance.now()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const took = (performance.now() - from) / 1000
  const renewalsPerSecond = counted.writes / took
  const lost = holds.filter(({ signal }) => signal.aborted).length
  for (const hold of holds) await hold.release()
  const cores = (user + system) / 1e6 / took
  return { locks: names.length, secondsToAcquire, cores, renewalsPerSecond, lost }
}

class CountedStore implements LeaseStore {
  writes = 0
  readonly #store: LeaseStore

  constructor(store: LeaseStore) {
    this.#store = store
  }

  read: LeaseStore['read'] = (name, signal) => this.#store.read(name, signal)
  replace: LeaseStore['replace'] = (seen, next, signal) => {
    this.writes += 1
    return this.#store.replace(seen, next, signal)
  }
  changed: LeaseStore['changed'] = (seen, signal) => this.#store.changed(seen, signal)
  epoch: LeaseStore['epoch'] = () => this.#store.epoch()
}
