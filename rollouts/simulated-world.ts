import type { AnalysisVerdict } from './analysis-verdict.ts'
import type { RecordSpec } from './record.ts'

/** What is imagined around a release. Asked anew at each look, always in the same order. */
export interface SimulatedWorld {
  /** Time until the next look, in milliseconds. */
  passMs(): number
  /** Whether the sync applies a part of the branch now that has differed for so long. */
  syncs(section: 'workloads' | 'traffic', differsForMs: number): boolean
  /** Most pods that get ready now of those that a track is short of, for so long. */
  getReady(track: 'stable' | 'canary', shortForMs: number): number
  /** Pods that all traffic needs, by the time since the start: autoscalers ask for their share. */
  demand?(seconds: number): number
  /** What metrics say while the canary has requests. */
  verdicts(traffic: SimulatedTraffic): readonly AnalysisVerdict[]
}

export interface SimulatedTraffic {
  readonly record: RecordSpec
  /** Share of the requests on the canary, in percent. */
  readonly weight: number
  readonly liveSinceMs: number
  readonly startMs: number
  readonly nowMs: number
}
