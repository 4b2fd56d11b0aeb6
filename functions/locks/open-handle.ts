import type { Grant } from '../../leases/grant.ts'
import { openGrant } from '../../leases/grant-handle.ts'
import { holdState } from '../../leases/hold-state.ts'
import { describeLease } from '../../leases/lease-name.ts'
import type { Lock } from '../../leases/lock.ts'
import { BrokenSealError } from '../../leases/seal.ts'
import { ProblemError } from '../http/problem-error.ts'
import type { LockCall } from './lock-call.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { assertHolder } from './owner.ts'

/**
 * The hold of a handle, if it is of that lock and of whoever asks.
 *
 * @param id the hold that is meant, if the path names one
 * @throws {ProblemError}
 */
export function openHandle(
  { seal, clock, identity }: LockCall,
  handle: string,
  lock: Lock,
  id: string | undefined,
): Grant {
  let grant: Grant
  try {
    grant = openGrant(seal, clock, handle)
  } catch (cause) {
    if (!(cause instanceof BrokenSealError)) throw cause
    throw staleHandle('This handle was not made here, or its key is no longer in use', cause)
  }
  const { lease } = grant.written
  if (!isLeaseOf(lock, lease.name) || (id !== undefined && grant.id !== id)) {
    throw staleHandle(`This handle is of hold ${grant.id} of ${describeLease(lease.name)}`)
  }
  const holder = holdState(lease)?.holder ?? ''
  assertHolder({ id: grant.id, holder }, lease.name, identity.name)
  return grant
}

const isLeaseOf = ({ namespace, name }: Lock, lease: Lock): boolean =>
  lease.namespace === namespace && lease.name.replace(/\.slot-\d+$/, '') === name

const staleHandle = (what: string, cause?: unknown): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS.staleHandle,
    detail: `${what}. Acquire again under the same id: whoever still has the hold gets a new handle`,
    retryable: false,
    cause,
  })
