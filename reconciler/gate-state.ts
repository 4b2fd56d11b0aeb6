/** Whether a release may go on, and why. */
export interface GateState {
  readonly state: 'approved' | 'pending' | 'refused'
  /** One sentence without a full stop. */
  readonly reason: string
  readonly revision?: string
  /** Counted from 1. */
  readonly step?: number
}

/** Not now: it holds a release where it is, and takes nothing back. */
export const pending = (reason: string): GateState => ({ state: 'pending', reason })
