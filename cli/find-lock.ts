import { didYouMean } from '../checks/schema/did-you-mean.ts'
import type { LeaseListing } from '../leases/lease-listing.ts'
import { type LockView, locksIn } from '../leases/lock-view.ts'

/** No lock of that name is declared, and nobody has held one. */
export class UnknownLockError extends Error {
  override readonly name = 'UnknownLockError'
  readonly code = 'UNKNOWN_LOCK'
  readonly remedy: string

  constructor(name: string, namespace: string, meant: string | undefined) {
    super(`There is no lock '${name}' in namespace ${namespace}`)
    const look =
      '`lockstep lock ls` shows those that there are, in the store and --namespace that it is told'
    this.remedy = meant === undefined ? look : `Did you mean '${meant}'? ${look}`
  }
}

/** @throws {UnknownLockError} {LeaseStoreError} */
export async function findLock(
  store: LeaseListing,
  namespace: string,
  name: string,
): Promise<LockView> {
  const locks = locksIn(await store.list(namespace))
  const found = locks.find((lock) => lock.name === name)
  if (found !== undefined) return found
  const meant = didYouMean(
    name,
    locks.map((lock) => lock.name),
  )
  throw new UnknownLockError(name, namespace, meant)
}
