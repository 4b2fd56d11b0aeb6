/**
 * One step of a rollout: what it changes, and what must say yes before the next one. What a step
 * sets stays set in those after it.
 */
export type RolloutStep = WeightStep | MatchStep | ScaleStep

/** Sends a share of all requests to the canary, capacity for it first. */
export interface WeightStep extends StepGates {
  /** In percent, 1 to 100. */
  readonly weight: number
}

/** Sends requests that carry a mark to the canary, whatever the weight. */
export interface MatchStep extends StepGates {
  readonly match: RequestMatch
}

/** Gives the canary pods without traffic: to warm up, or to see that there is room. */
export interface ScaleStep extends StepGates {
  /** Percent of the pods that all traffic needs, 1 to 100. */
  readonly scale: number
}

export interface StepGates {
  /** Shortest time in the step, counted from when its traffic was seen to be live. */
  readonly holdSeconds: number
  /** Must be given before the step is entered. */
  readonly approveBefore?: Approval
  /** Must be given before the step is left. */
  readonly approval?: Approval
}

/** A yes from people. It counts for one revision and one step. */
export interface Approval {
  /** Who may give it: the name of a role. */
  readonly role: string
  /** How many different people must. */
  readonly quorum: number
  /** How long they have, from when everything else is satisfied. */
  readonly deadlineSeconds: number
  /** What happens when they do not: back to stable, or wait for a person to go on or abort. */
  readonly onTimeout: ApprovalTimeout
}

/** What comes of an approval that is not given in time: back to stable, or a pause that people end. */
export const APPROVAL_TIMEOUTS = ['abort', 'pause'] as const
export type ApprovalTimeout = (typeof APPROVAL_TIMEOUTS)[number]

/** A mark on a request. The value is compared as a whole. */
export type RequestMatch = HeaderMatch | CookieMatch

export interface HeaderMatch {
  /** Its name, in upper or lower case: to HTTP they are the same (RFC 9110, 5.1). */
  readonly header: string
  readonly value: string
}

/** One of the cookies of a request. All are one header, so the router must take regular expressions. */
export interface CookieMatch {
  readonly cookie: string
  readonly value: string
}
