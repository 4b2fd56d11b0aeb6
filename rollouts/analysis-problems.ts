import {
  type AnalysisMetric,
  NO_DATA_POLICIES,
  QUERY_VARIABLES,
  type QueryMetric,
  TRACK_VARIABLES,
} from './analysis-metric.ts'
import type { RolloutSpec } from './plan.ts'
import { isBetween, isFilled, isWhole, type PlanProblem } from './plan-problem.ts'
import { allSteps } from './step-state.ts'

/** What is wrong with what is to be measured. */
export function analysisProblems(spec: RolloutSpec): PlanProblem[] {
  // Without steps there is one mistake, not one for each metric.
  const last = spec.steps.length === 0 ? Number.MAX_SAFE_INTEGER : allSteps(spec).length
  const names = new Set<string>()
  return spec.analysis.flatMap((metric, index) => {
    const field = `spec.analysis[${index}]`
    const problems = [
      ...limitProblems(metric, field, last),
      ...thresholdProblems(metric, field),
      ...nameProblems(metric, field, names),
    ]
    names.add(metric.name)
    return problems
  })
}

function nameProblems(
  { name }: AnalysisMetric,
  field: string,
  taken: ReadonlySet<string>,
): PlanProblem[] {
  if (isFilled(name) && !taken.has(name)) return []
  return [
    {
      field: `${field}.name`,
      value: name,
      problem: isFilled(name) ? 'is the name of another metric too' : 'must not be empty',
      remedy: 'Give each metric a name of its own',
    },
  ]
}

function limitProblems(metric: AnalysisMetric, field: string, lastStep: number): PlanProblem[] {
  const { fromStep, untilStep = lastStep, windowSeconds, intervalSeconds, minimumSamples } = metric
  const problems: PlanProblem[] = []
  const add = (name: string, problem: string, remedy: string): void => {
    const value: unknown = metric[name as keyof AnalysisMetric]
    problems.push({ field: `${field}.${name}`, value, problem, remedy })
  }
  if (!isWhole(fromStep, 1, lastStep)) {
    add(
      'fromStep',
      `must be a step, 1 to ${lastStep}`,
      'Count steps from 1, with the last at full weight',
    )
  } else if (!isWhole(untilStep, fromStep, lastStep)) {
    add(
      'untilStep',
      `must be a step from ${fromStep} to ${lastStep}`,
      'Leave it out to measure to the end',
    )
  }
  if (!isWhole(intervalSeconds, 1)) {
    add(
      'intervalSeconds',
      'must be a whole number of seconds of at least 1',
      'Write the time between two looks',
    )
  }
  if (!isWhole(windowSeconds, 1) || windowSeconds < intervalSeconds) {
    add(
      'windowSeconds',
      `must be a whole number of seconds, at least the interval of ${intervalSeconds}`,
      'Look back at least as far as the last look',
    )
  }
  if (!isWhole(minimumSamples, 1)) {
    add(
      'minimumSamples',
      'must be a whole number of at least 1',
      'Write how many requests a verdict needs',
    )
  }
  if (!NO_DATA_POLICIES.includes(metric.noData)) {
    add(
      'noData',
      `must say what happens without data: ${NO_DATA_POLICIES.join(' or ')}`,
      "Write `noData: 'hold'` to wait until the rollout's deadline, or 'abort'",
    )
  }
  return problems
}

function thresholdProblems(metric: AnalysisMetric, field: string): PlanProblem[] {
  switch (metric.type) {
    case 'success-rate':
      return percentProblems(metric.atLeastPercent, `${field}.atLeastPercent`)
    case 'latency':
      return [
        ...percentProblems(metric.percentile, `${field}.percentile`),
        ...(isBetween(metric.belowMs, 0, Number.POSITIVE_INFINITY)
          ? []
          : [
              {
                field: `${field}.belowMs`,
                value: metric.belowMs,
                problem: 'must be above 0',
                remedy: 'Write the longest time that is good, as `below: Duration.millis(400)`',
              },
            ]),
      ]
    case 'query':
      return queryProblems(metric, field)
  }
}

function percentProblems(value: number, field: string): PlanProblem[] {
  if (isBetween(value, 0, 100)) return []
  return [
    {
      field,
      value,
      problem: 'must be above 0 and below 100: no number of requests can show that none ever fails',
      remedy: 'Write a percentage as 99.5',
    },
  ]
}

function queryProblems(metric: QueryMetric, field: string): PlanProblem[] {
  const { atLeast, atMost, query, samplesQuery } = metric
  const problems = [
    ...variableProblems(query, `${field}.query`),
    ...(samplesQuery === undefined ? [] : variableProblems(samplesQuery, `${field}.samplesQuery`)),
  ]
  const bounds = [atLeast, atMost].filter((bound) => bound !== undefined)
  const isOrdered = atLeast === undefined || atMost === undefined || atLeast <= atMost
  if (bounds.length === 0 || !bounds.every(Number.isFinite) || !isOrdered) {
    problems.push({
      field,
      value: { atLeast, atMost },
      problem: 'must have a limit that values can meet',
      remedy: 'Give `atLeast`, `atMost`, or both with the smaller first',
    })
  }
  return problems
}

const VARIABLE = /\$\{?([A-Za-z_]\w*)/g

function variableProblems(query: string, field: string): PlanProblem[] {
  if (!isFilled(query)) {
    return [
      { field, value: query, problem: 'must not be empty', remedy: 'Write a query in PromQL' },
    ]
  }
  const used = Array.from(query.matchAll(VARIABLE), ([, name]) => name)
  const known: readonly (string | undefined)[] = QUERY_VARIABLES
  const tracks: readonly (string | undefined)[] = TRACK_VARIABLES
  const unknown = used.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return [
      {
        field,
        value: query,
        problem: `uses $${unknown}, which nothing fills in`,
        remedy: `Use ${QUERY_VARIABLES.map((name) => `$${name}`).join(', ')}`,
      },
    ]
  }
  if (used.some((name) => tracks.includes(name))) return []
  return [
    {
      field,
      value: query,
      problem: 'does not tell the canary from stable, so it would measure both at once',
      remedy: `Select by ${TRACK_VARIABLES.map((name) => `$${name}`).join(' or ')}`,
    },
  ]
}
