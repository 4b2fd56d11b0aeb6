import { type Breaking, holdState } from './hold-state.ts'
import { broken, freed } from './hold-writes.ts'
import type { LeaseName } from './lease-name.ts'
import type { LockContext } from './lock.ts'
import { LockRequestError } from './lock-errors.ts'
import { rewriteLease } from './rewrite-lease.ts'

export interface BreakHoldProps extends Breaking {
  /** Lease of the slot whose hold is to end. */
  readonly lease: LeaseName
  /** The hold that is meant: a later one is left alone. @default whichever there is */
  readonly id?: string
  /**
   * Lets others in before the holder can have noticed. Safe only if all that the lock protects
   * checks fencing tokens.
   *
   * @default false: when its term is over
   */
  readonly atOnce?: boolean
}

/**
 * Ends a hold that is not one's own. Its holder learns it at the next renewal, at the latest.
 *
 * @returns whether there was such a hold
 * @throws {LockRequestError} if nobody says why
 * @throws {LeaseStoreError}
 */
export async function breakHold(
  context: LockContext,
  { lease: name, id, by, reason, atOnce = false }: BreakHoldProps,
): Promise<boolean> {
  if (reason.trim() === '') {
    throw new LockRequestError('A hold is broken for a reason. Give one: people will ask for it')
  }
  let isBroken = false
  await rewriteLease(context, await context.store.read(name), ({ lease }) => {
    const hold = holdState(lease)
    isBroken = hold !== undefined && (id === undefined || hold.id === id)
    if (hold === undefined || !isBroken) return undefined
    return atOnce
      ? freed(lease.record, hold.id, context.clock.wallMs())
      : broken(lease.record, { by, reason })
  })
  return isBroken
}
