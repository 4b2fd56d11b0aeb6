import type { LeaseReading } from './lease-store.ts'

/**
 * What a store can do beside what locks need: name its Leases, for people who look around. A lock
 * never does, so it does not need the right to.
 */
export interface LeaseListing {
  /**
   * All Leases of a namespace, of whoever they are, by name.
   *
   * @param namespace `undefined` for those of all namespaces
   * @throws {LeaseStoreError}
   */
  list(namespace: string | undefined, signal?: AbortSignal): Promise<readonly LeaseReading[]>
}
