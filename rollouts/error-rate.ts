import { analysedMetrics } from './analysed-metrics.ts'
import type { AnalysisMetric } from './analysis-metric.ts'
import type { RolloutSpec } from './plan.ts'
import { allSteps, FULL_WEIGHT, type StepState, stepStates } from './step-state.ts'

/**
 * Share of good candidates that are aborted all the same, at most: those that are no worse than
 * their limits and than stable. It is a share of *rollouts*, whatever their number of metrics,
 * steps and looks.
 */
export const DEFAULT_ERROR_RATE = 0.01

/** Whether stable gets requests in a step too, so that it can be compared with. */
export const isStableServing = ({ weight }: Pick<StepState, 'weight'>): boolean =>
  weight < FULL_WEIGHT

/**
 * The error rate that a single test may have: the same part of the whole for each test of each
 * metric in each step, and of that a part for each window, smaller from one to the next, so that
 * any number of windows stays below it.
 *
 * @param windowNumber from 0
 */
export function errorRateOfTest(
  spec: Pick<RolloutSpec, 'steps' | 'analysis'>,
  windowNumber: number,
  errorRate: number = DEFAULT_ERROR_RATE,
): number {
  return errorRate / testsIn(spec) / ((windowNumber + 1) * (windowNumber + 2))
}

function testsIn(spec: Pick<RolloutSpec, 'steps' | 'analysis'>): number {
  const states = stepStates(spec)
  let tests = 0
  for (let step = 1; step <= allSteps(spec).length; step += 1) {
    const isCompared = isStableServing(states[step - 1] as StepState)
    for (const metric of analysedMetrics(spec, step)) tests += testsOf(metric, isCompared)
  }
  return Math.max(1, tests)
}

/** One against the limit, where there are counts to test it with, and one against stable. */
function testsOf({ type, compareWithStable }: AnalysisMetric, isCompared: boolean): number {
  return (type === 'query' ? 0 : 1) + (compareWithStable && isCompared ? 1 : 0)
}
