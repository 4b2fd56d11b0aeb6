import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'
import { hasApproval } from './engine-gates.ts'

/** What neither engine can do by itself, and asks our functions for. */
export function gateProblems(
  spec: RolloutSpec,
  engine: string,
  gates: unknown,
): readonly PlanProblem[] {
  if (gates !== undefined) return []
  const remedy = "Write `gates: { url: 'https://lockstep.example.com' }`"
  const approved = spec.steps.findIndex(hasApproval)
  if (approved >= 0) {
    const problem = `is needed for the approval of step ${approved + 1}: ${engine} knows nobody who may approve`
    return [{ field: 'spec.engine.gates', problem, remedy }]
  }
  if (spec.freezeWindows.length === 0) return []
  const problem = `is needed for the freeze windows of the environment: ${engine} knows none`
  return [{ field: 'spec.engine.gates', problem, remedy }]
}

/** What neither engine can do of any metric. */
export function metricProblems(
  metric: AnalysisMetric,
  field: string,
  engine: string,
): readonly PlanProblem[] {
  const problems: PlanProblem[] = []
  if (metric.fromStep !== 1 || metric.untilStep !== undefined) {
    problems.push({
      field: `${field}.${metric.fromStep === 1 ? 'untilStep' : 'fromStep'}`,
      problem: `cannot be done by ${engine}, which measures in all steps`,
      remedy: "Give the metric to the app's `analysis`, from the first step on",
    })
  }
  if (metric.compareWithStable) {
    problems.push({
      field: `${field}.compareWithStable`,
      value: true,
      problem: `cannot be done by ${engine}, which knows limits alone`,
      remedy: 'Write `compareWithStable: false`',
    })
  }
  return [...problems, ...queryProblems(metric, field, engine)]
}

/** As objects are called, since a query becomes one, or a part of one. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

function queryProblems(
  metric: AnalysisMetric,
  field: string,
  engine: string,
): readonly PlanProblem[] {
  if (metric.type !== 'query') return []
  const problems: PlanProblem[] = []
  if (!NAME.test(metric.name)) {
    problems.push({
      field: `${field}.name`,
      value: metric.name,
      problem: `becomes the name of an object for ${engine}`,
      remedy: 'Use small letters, digits and dashes',
    })
  }
  if (metric.samplesQuery !== undefined) {
    problems.push({
      field: `${field}.samplesQuery`,
      problem: `cannot be done by ${engine}, which asks one query`,
      remedy: 'Let the query answer with nothing when there are too few',
    })
  }
  return problems
}
