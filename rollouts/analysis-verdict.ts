/**
 * What one metric says of the canary. The only thing that a rollout knows of metrics: whatever
 * keeps a store from answering is `inconclusive`, never an error.
 */
export interface AnalysisVerdict {
  /** Name of the metric in the plan. */
  readonly metric: string
  readonly outcome: AnalysisOutcome
  /**
   * One sentence without full stop, with figures:
   * `success rate 97.1 % of 1,204 requests, below 99.5 %`.
   */
  readonly reason: string
}

/** `fail` is proof against the canary, `pass` enough to go on, `inconclusive` neither of them. */
export const ANALYSIS_OUTCOMES = ['pass', 'fail', 'inconclusive'] as const
export type AnalysisOutcome = (typeof ANALYSIS_OUTCOMES)[number]
