/**
 * What a Lease says: the fields of `coordination.k8s.io/v1`, so that whatever else reads Leases
 * reads ours too, and the annotations that are ours.
 */
export interface LeaseRecord {
  /** Whoever holds it; empty if nobody does. */
  readonly holderIdentity: string
  /** After how many seconds without a renewal the hold ends. 0 only if nobody ever held it. */
  readonly leaseDurationSeconds: number
  /** By the clock of whoever wrote it: for people, never compared. */
  readonly acquireTime: string | undefined
  /** By the clock of whoever wrote it. That it changes is a sign of life; what it says is not. */
  readonly renewTime: string | undefined
  /** Holds so far. For people and other electors: unlike a token it can go backwards. */
  readonly leaseTransitions: number
  /** Those that begin with `ANNOTATION_PREFIX`. */
  readonly annotations: Readonly<Record<string, string>>
}

export const ANNOTATION_PREFIX = 'lockstep.dev/'

/** A Lease that nobody has held yet. */
export const NEVER_HELD: LeaseRecord = {
  holderIdentity: '',
  leaseDurationSeconds: 0,
  acquireTime: undefined,
  renewTime: undefined,
  leaseTransitions: 0,
  annotations: {},
}
