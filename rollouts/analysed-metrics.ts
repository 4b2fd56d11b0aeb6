import type { AnalysisMetric } from './analysis-metric.ts'
import type { RolloutSpec } from './plan.ts'
import { AT_REST, type StepState, stepStates } from './step-state.ts'

/**
 * The metrics that are looked at in a step, counted from 1. Requests are measured only where the
 * canary gets some: a step that gives it pods alone would wait for them for ever.
 */
export function analysedMetrics(
  spec: Pick<RolloutSpec, 'steps' | 'analysis'>,
  step: number,
): readonly AnalysisMetric[] {
  const state = stepStates(spec)[step - 1] ?? AT_REST
  return spec.analysis.filter(
    (metric) =>
      metric.fromStep <= step &&
      step <= (metric.untilStep ?? step) &&
      (metric.type === 'query' || hasRequests(state)),
  )
}

const hasRequests = ({ weight, matches }: StepState): boolean => weight > 0 || matches.length > 0
