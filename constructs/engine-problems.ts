import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'

/** What neither engine can do by itself: some of it our functions do, if they are asked. */
export const gateProblems = (
  spec: RolloutSpec,
  engine: string,
  gates: unknown,
): readonly PlanProblem[] => [
  ...approvalProblems(spec, engine),
  ...(gates === undefined && spec.freezeWindows.length > 0
    ? [
        {
          field: 'spec.engine.gates',
          problem: `is needed for the freeze windows of the environment: ${engine} knows none`,
          remedy: "Write `gates: { url: 'https://lockstep.example.com' }`",
        },
      ]
    : []),
]

const approvalProblems = ({ steps }: RolloutSpec, engine: string): readonly PlanProblem[] =>
  steps.flatMap((step, index) =>
    (['approveBefore', 'approval'] as const)
      .filter((option) => step[option] !== undefined)
      .map((option) => ({
        field: `spec.steps[${index}].${option}`,
        problem: `cannot be given: a yes is kept in the record of a release, and one by ${engine} has no record on the branch`,
        remedy:
          'Leave it out, and put a file STOP on the branch that whoever approves takes away; or leave `engine` out',
      })),
  )

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
