import { formatToken } from '../leases/fencing-token.ts'
import type { LeadershipState } from './leadership.ts'

/** What an app is told that asks whether its pod leads. */
export interface LeaderDocument {
  readonly leads: boolean
  /** Milliseconds for which it leads, from when this was asked, should no renewal work any more. */
  readonly forMs?: number
  /** Another one for each term, of whichever pod. */
  readonly holdId?: string
  /** As text: epoch, colon, number. Absent where electors without tokens may contend. */
  readonly fencingToken?: string
  readonly fencingEpoch?: string
  /** Decimal, as text: it may be larger than numbers of JSON are exact. */
  readonly fencingNumber?: string
}

export function leaderDocument(state: LeadershipState): LeaderDocument {
  if (!state.leads) return { leads: false }
  const { holdId, token, forMs } = state
  return {
    leads: true,
    forMs: Math.floor(forMs),
    holdId,
    ...(token !== undefined && {
      fencingToken: formatToken(token),
      fencingEpoch: token.epoch,
      fencingNumber: String(token.number),
    }),
  }
}
