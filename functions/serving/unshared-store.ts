import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'

/**
 * A store of its own for each call. For platforms where what one request has begun ends with it, so
 * that no other one may wait for that: a watch that they share, for example.
 */
export const unsharedStore = (
  open: () => LeaseStore & LeaseListing,
): LeaseStore & LeaseListing => ({
  read: (name, signal) => open().read(name, signal),
  replace: (seen, next, signal) => open().replace(seen, next, signal),
  changed: (seen, signal) => open().changed(seen, signal),
  list: (namespace, signal) => open().list(namespace, signal),
  epoch: () => open().epoch(),
})
