import type { LeaseListing } from './lease-listing.ts'
import { describeLease, type LeaseName } from './lease-name.ts'
import { isMade, notYetMade } from './lease-not-yet-made.ts'
import { type LeaseRecord, NEVER_HELD } from './lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
import { LeaseConflictError } from './lease-store-errors.ts'

export interface MemoryLeaseStoreProps {
  /** Names this store among all others, and its generation. @default a random UUID and 1 */
  readonly epoch?: string
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number
}

/** Leases of one process, made when they are first written. For tests and for apps that are one process. */
export class MemoryLeaseStore implements LeaseStore, LeaseListing {
  readonly #leases = new Map<string, StoredLease>()
  readonly #watchers = new Map<string, Set<() => void>>()
  readonly #epoch: string
  readonly #now: () => number
  #version = 1n

  constructor({ epoch = `${crypto.randomUUID()}.1`, now = Date.now }: MemoryLeaseStoreProps = {}) {
    this.#epoch = epoch
    this.#now = now
  }

  async read(name: LeaseName): Promise<LeaseReading> {
    const lease = this.#leases.get(describeLease(name)) ?? notYetMade(name, String(this.#version))
    return { lease, storeTimeMs: this.#now() }
  }

  async replace(seen: StoredLease, record: LeaseRecord): Promise<LeaseReading> {
    if (!this.#isCurrent(seen)) throw new LeaseConflictError(seen.name)
    const uid = isMade(seen) ? seen.uid : crypto.randomUUID()
    return { lease: this.#put({ ...seen, uid, record }), storeTimeMs: this.#now() }
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const key = describeLease(seen.name)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (!this.#isCurrent(seen)) return Promise.resolve()
    const abort = () => reject(signal.reason)
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(resolve))
    signal.addEventListener('abort', abort, { once: true })
    return promise.finally(() => {
      watchers.delete(resolve)
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key)
      signal.removeEventListener('abort', abort)
    })
  }

  async list(namespace: string | undefined): Promise<readonly LeaseReading[]> {
    const storeTimeMs = this.#now()
    return [...this.#leases]
      .filter(([, { name }]) => namespace === undefined || name.namespace === namespace)
      .sort(([a], [b]) => Number(a > b) - Number(a < b))
      .map(([, lease]) => ({ lease, storeTimeMs }))
  }

  async epoch(): Promise<string> {
    return this.#epoch
  }

  /** Forgets a Lease, as somebody with `kubectl delete` would: another one is in its place. */
  delete(name: LeaseName): void {
    this.#put({ name, uid: crypto.randomUUID(), version: '', record: NEVER_HELD })
  }

  #isCurrent(seen: StoredLease): boolean {
    const current = this.#leases.get(describeLease(seen.name))
    if (current === undefined) return !isMade(seen)
    return current.uid === seen.uid && current.version === seen.version
  }

  #put(lease: StoredLease): StoredLease {
    const key = describeLease(lease.name)
    this.#version += 1n
    const stored = { ...lease, version: String(this.#version) }
    this.#leases.set(key, stored)
    this.#wake(key)
    return stored
  }

  #wake(key: string): void {
    const watchers = [...(this.#watchers.get(key) ?? [])]
    this.#watchers.delete(key)
    for (const wake of watchers) wake()
  }
}
