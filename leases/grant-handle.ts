import { type Clock, momentOf } from './clock.ts'
import { type Grant, grantOf } from './grant.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Seal } from './seal.ts'

/** A grant as text: with it, a function that knows nothing renews or releases by one write. */
export const sealGrant = (seal: Seal, { id, written }: Grant): string =>
  seal.sign('handle', { id, written })

/**
 * What its holder may believe is not in it, and not for whoever opens it to say: `since` is now.
 *
 * @throws {BrokenSealError}
 * @throws {HoldLostError} if the Lease had no token any more
 */
export function openGrant(seal: Seal, clock: Clock, handle: string): Grant {
  const { id, written } = seal.open('handle', handle) as {
    readonly id: string
    readonly written: LeaseReading
  }
  return grantOf(id, written, momentOf(clock))
}
