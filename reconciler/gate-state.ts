/** Whether a release may go on, and why. */
export interface GateState {
  readonly state: 'approved' | 'pending' | 'refused'
  /** One sentence without a full stop. */
  readonly reason: string
  readonly revision?: string
  /** Counted from 1. */
  readonly step?: number
}

/** What an answer depends on beside the branch. */
export interface GateAsked {
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** Role in which somebody has to approve, if the asker says so. */
  readonly role: string | undefined
}

/** What a commit of the deploy branch says of the release of an app, at any time and to anybody. */
export type Gate = (asked: GateAsked) => Promise<GateState>

/** Not now: it holds a release where it is, and takes nothing back. */
export const pending = (reason: string): GateState => ({ state: 'pending', reason })

export const APPROVED: GateState = {
  state: 'approved',
  reason: 'nothing on the branch stands against it',
}

/** The gate of what goes on once somebody has changed the branch. */
export const shut =
  (reason: string): Gate =>
  async () =>
    pending(reason)
