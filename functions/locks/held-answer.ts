import { describeLease } from '../../leases/lease-name.ts'
import type { Lock } from '../../leases/lock.ts'
import type { HeldByOthers } from '../../leases/try-acquire.ts'
import { ProblemError } from '../http/problem-error.ts'
import type { Refused } from './hold-attempt.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'

/** For whoever lost a race for a lock that is free by now. */
const LEAST_WAIT_MS = 1000

/** When to come again for a lock that others have. */
export const againAfterMs = ({ againInMs }: Pick<HeldByOthers, 'againInMs'>): number =>
  Math.max(againInMs, LEAST_WAIT_MS)

/** Others have the lock. What to bring back proves from when on nobody has seen their signs of life. */
export function heldProblem(lock: Lock, held: Refused): ProblemError {
  const { observation, disagreementMs } = held
  const holders = held.holders.map(({ holder }) => holder)
  const retryAfterMs = againAfterMs(held)
  const by = holders.length === 0 ? 'by those who wait already' : `by ${holders.join(', ')}`
  const common = { retryable: true, retryAfterMs } as const
  if (disagreementMs !== undefined) {
    return new ProblemError({
      ...common,
      type: LOCK_PROBLEMS.clocksDisagree,
      detail: `Lock ${describeLease(lock)} is held ${by}, and since the observation the clock of the store and that of this function moved ${disagreementMs} ms apart. Come again with the new observation; if this stays so, set the clocks right`,
      members: { holders, observation, disagreementMs },
    })
  }
  return new ProblemError({
    ...common,
    type: LOCK_PROBLEMS.held,
    detail: `Lock ${describeLease(lock)} is held ${by}. Come again with the observation, or wait in line with waitSeconds`,
    members: { holders, ...(observation !== undefined && { observation }) },
  })
}
