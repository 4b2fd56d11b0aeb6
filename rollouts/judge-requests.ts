import type { AnalysisOutcome } from './analysis-verdict.ts'
import type { RequestCounts } from './metrics.ts'
import { evidenceAbove, evidenceWorse, isProven } from './verdict-evidence.ts'

export interface RequestsToJudge {
  /** Share of the requests that may be bad, between 0 and 1. */
  readonly allowed: number
  readonly minimumSamples: number
  /** Of each of the two tests. */
  readonly errorRate: number
  readonly canary: RequestCounts
  /** Absent if the canary is not to be compared. */
  readonly stable?: RequestCounts
}

/** What counts say, and what that means. */
export const REQUEST_JUDGEMENTS = {
  /** Fewer than the plan asks for. */
  'too-few': 'inconclusive',
  /** More bad ones than the limit allows, by more than chance. */
  'beyond-limit': 'fail',
  /** More bad ones than on stable, by more than chance and the margin. */
  'worse-than-stable': 'fail',
  /** More bad ones than the limit allows, but chance may do that. */
  unsure: 'inconclusive',
  /** Stable has requests in this step, but too few to compare with. */
  'stable-too-few': 'inconclusive',
  good: 'pass',
} as const satisfies Record<string, AnalysisOutcome>
export type RequestJudgement = keyof typeof REQUEST_JUDGEMENTS

/**
 * Part of what the limit allows by which the canary may be worse than stable. With enough requests
 * any two things differ, new pods with cold caches first of all; an abort should be for something
 * that somebody would notice.
 */
const TOLERATED = 0.1

/**
 * Judges the requests of a window. A failure is proof, by a test whose error rate counts every look
 * there may be; that the figure itself is beyond the limit only keeps it from passing.
 */
export function judgeRequests({
  allowed,
  minimumSamples,
  errorRate,
  canary,
  stable,
}: RequestsToJudge): RequestJudgement {
  // A proof is one however few requests there were; only a yes needs many.
  if (isProven(evidenceAbove(canary, allowed), errorRate)) return 'beyond-limit'
  if (canary.total < minimumSamples) return 'too-few'
  if (stable !== undefined) {
    const evidence = evidenceWorse({
      canary,
      stable,
      margin: allowed * TOLERATED,
      expected: allowed,
    })
    if (isProven(evidence, errorRate)) return 'worse-than-stable'
  }
  if (canary.bad > allowed * canary.total) return 'unsure'
  if (stable !== undefined && stable.total < minimumSamples) return 'stable-too-few'
  return 'good'
}
