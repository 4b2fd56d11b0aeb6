/*
 * Names by which manifests and the programs that act on Leases find one another. Pure, and the only
 * file here that constructs know.
 */

/** Lease on which callers wait for a lock in the order in which they came. */
export const queueLeaseName = (lock: string): string => `${lock}.queue`

/** Lease that remembers the runs of a lock that were completed, and their outcomes. */
export const runsLeaseName = (lock: string): string => `${lock}.runs`

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
