import type { HoldState } from './hold-state.ts'
import type { LeaseReading } from './lease-store.ts'

/**
 * Tells whether a hold is over that nobody has ended. It never compares two clocks: what counts is
 * for how long its sign of life was seen unchanged.
 */
export interface ExpiryJudge {
  judge(hold: HoldState, reading: LeaseReading): Promise<ExpiryVerdict>
}

export interface ExpiryVerdict {
  readonly isOver: boolean
  /** When to look again at the earliest, if nothing changes. */
  readonly againInMs: number
  /** To be brought back by a caller whose judge has no memory. */
  readonly observation?: string
  /** Two clocks that have to agree did not, by that much: one of them was set. */
  readonly disagreementMs?: number
}
