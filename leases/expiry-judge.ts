import type { LeaseReading } from './lease-store.ts'

/** What stays the same only as long as somebody gives no sign of life. */
export interface Silence {
  readonly signOfLife: string
  /** How long others have to see it. */
  readonly termMs: number
  /** Whoever is taken for dead by mistake loses a turn and nothing else. @default false */
  readonly costsOnlyTurn?: boolean
}

/**
 * Tells whether somebody is gone: a holder who has not ended its hold, or one who is first in line. It
 * never compares two clocks: what counts is for how long the same sign of life was seen.
 */
export interface ExpiryJudge {
  judge(silence: Silence, reading: LeaseReading): Promise<ExpiryVerdict>
}

export interface ExpiryVerdict {
  readonly isOver: boolean
  /** When to look again at the earliest, if nothing changes. */
  readonly againInMs: number
  /** Two clocks that have to agree did not, by that much: one of them was set. */
  readonly disagreementMs?: number
}
