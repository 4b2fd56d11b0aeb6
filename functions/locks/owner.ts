import type { HoldState } from '../../leases/hold-state.ts'
import { describeLease, type LeaseName } from '../../leases/lease-name.ts'
import { ProblemError } from '../http/problem-error.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'

/**
 * Whoever asks has acquired that hold: nobody renews, releases or repeats what is somebody else's.
 *
 * @param asker name of the identity
 * @throws {ProblemError}
 */
export function assertHolder(
  { id, holder }: Pick<HoldState, 'id' | 'holder'>,
  lease: LeaseName,
  asker: string,
): void {
  if (holder === asker) return
  throw new ProblemError({
    type: LOCK_PROBLEMS.notYourHold,
    detail: `Hold ${id} of ${describeLease(lease)} is of ${holder}, and this is ${asker}. Use an id of your own, or break that hold, which needs the verb 'break'`,
    retryable: false,
  })
}
