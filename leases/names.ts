/*
 * Names by which manifests and the programs that act on Leases find one another. Pure, and the only
 * file here that constructs know.
 */

/** Lease on which callers wait for a lock in the order in which they came. */
export const queueLeaseName = (lock: string): string => `${lock}.queue`

/** Lease that remembers the runs of a lock that were completed, and their outcomes. */
export const runsLeaseName = (lock: string): string => `${lock}.runs`

/**
 * Lease of one slot of a lock that several may hold at once. The first is the lock's own, so a lock
 * can get more slots later; it says how many there are.
 *
 * @param slot from 0
 */
export const slotLeaseName = (lock: string, slot: number): string =>
  slot === 0 ? lock : `${lock}.slot-${slot}`

/** What we write on Leases beyond the fields that they have. */
export const LEASE_ANNOTATIONS = {
  /** UUID of the hold. Counts only if it ends `holderIdentity`: a foreign elector leaves it behind. */
  hold: 'lockstep.dev/hold',
  /** Fencing token of the hold, or of the last one: the resourceVersion that its first write met. */
  token: 'lockstep.dev/fencing-token',
  /** Epoch of that token. */
  epoch: 'lockstep.dev/fencing-epoch',
  /** Grows with each renewal, so that no two writes of a hold are the same. */
  renewals: 'lockstep.dev/renewals',
  /** For how long nobody else may hold it, counted from its first write. */
  minimumHold: 'lockstep.dev/minimum-hold-seconds',
  /** `'true'` on a hold that its holder has ended and whose minimum is not over. */
  released: 'lockstep.dev/released',
  /** JSON: who broke the hold, and why. Its holder may not renew it. */
  broken: 'lockstep.dev/broken',
  /** JSON: the holds that ended last, and how, so that late requests of theirs get the right answer. */
  ended: 'lockstep.dev/ended',
  /** On the first Lease of a lock: how many slots it has. Written when it is declared, or first held. */
  slots: 'lockstep.dev/slots',
  /** JSON: what the holder wants others to know. */
  metadata: 'lockstep.dev/metadata',
  /** `'true'` if the queue may not be empty, so whoever finds the lock free has to look there. */
  queued: 'lockstep.dev/queued',
  /** JSON on the queue's Lease: who waits, in the order in which they came. */
  tickets: 'lockstep.dev/tickets',
  /** JSON on the runs' Lease. */
  runs: 'lockstep.dev/runs',
  /** `interop` or `fenced`: whether electors of other make may contend. Written when it is declared. */
  mode: 'lockstep.dev/lock-mode',
} as const

/** What every write of a holder says on an object that the lock protects. */
export const FENCING_ANNOTATIONS = {
  token: LEASE_ANNOTATIONS.token,
  epoch: LEASE_ANNOTATIONS.epoch,
  /**
   * Anything that the write before did not say, such as a UUID. Without it, a write that says no
   * token of its own would pass with the one that is there.
   */
  write: 'lockstep.dev/fencing-write',
} as const

/**
 * Begin of the field manager of a holder that scales, followed by `EPOCH:NUMBER`, as tokens are
 * written as text: a Scale has no annotations.
 */
export const FENCING_FIELD_MANAGER = 'lockstep-'

/** Label of the pod that leads; `'true'` there, absent everywhere else. */
export const LEADER_LABEL = 'lockstep.dev/leader'

/** What an elector does with leadership, and what it gates. */
export type ElectorWork =
  /** Labels its pod while it leads, so that a Service sends requests to the leader. */
  | 'requests'
  /** Lets the work of its pod start when it leads, and ends it before leadership can expire. */
  | 'supervised'
  /** Says who leads to whoever asks, and does nothing else. */
  | 'cooperative'
  /** As `supervised`, for work that ends by itself: the lock is released after it. */
  | 'job'

/** Paths that an elector answers by HTTP GET: 200 for yes, 503 for no. */
export const ELECTOR_PATHS = {
  /** May the containers that come after it start? */
  started: '/startz',
  /** Does it still work? No restart of it ever helps while the API server is away, so it says yes then. */
  alive: '/livez',
  /** May its pod get requests? No only for one that still has the label of the leader and lost the Lease. */
  ready: '/readyz',
  /**
   * The pod may have been asked to end: look, and give leadership up if so. A hook of the kubelet
   * before it stops the pod. Always yes; whoever else asks has it look once.
   */
  ending: '/endz',
  /** Does this pod lead? The body is JSON, with the fencing token of the hold where there is one. */
  leader: '/leader',
} as const

/** Environment variables that an elector reads. Durations are written as `15s` or `1.5s`. */
export const ELECTOR_VARIABLES = {
  leaseName: 'LEASE_NAME',
  leaseNamespace: 'LEASE_NAMESPACE',
  leaseDuration: 'LEASE_DURATION',
  renewDeadline: 'RENEW_DEADLINE',
  retryPeriod: 'RETRY_PERIOD',
  podName: 'POD_NAME',
  /** Unique over time: a replacement of the same name does not pass for the dead one. */
  podUid: 'POD_UID',
} as const

/** Environment variable by which an app finds its elector's `leader` path. */
export const LEADER_URL_VARIABLE = 'LEADER_URL'
