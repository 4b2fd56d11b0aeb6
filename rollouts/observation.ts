import type { AnalysisVerdict } from './analysis-verdict.ts'
import type { LiveAbort } from './live-abort.ts'

/** What was seen of a rollout at one moment, held against what its record says. */
export interface Observation {
  /** The clock of the cluster, in milliseconds since 1970. */
  readonly atMs: number
  readonly stable: SeenTrack
  readonly canary: SeenTrack
  readonly traffic: SeenTraffic
  /** Somebody has aborted this very rollout in the cluster; absent if nobody has. */
  readonly abortedLive?: LiveAbort
  /** One for each metric that is looked at in this stage. */
  readonly verdicts: readonly AnalysisVerdict[]
}

export interface SeenTrack {
  /** What is missing until it is as the branch says and ready, as sentences; empty if nothing is. */
  readonly missing: readonly string[]
  /** Pods that it is asked to run now; 0 if there is no such workload. */
  readonly desired: number
  /** Pods of its newest template that are ready. */
  readonly ready: number
  /** Why it will not get ready by itself; absent if it may. */
  readonly failure?: string
}

export interface SeenTraffic {
  /** What is missing until it is as the branch says and settled, as sentences; empty if nothing is. */
  readonly missing: readonly string[]
  /** Since when it has been so, by the clock of the cluster; absent until it is. */
  readonly liveSinceMs?: number
}
