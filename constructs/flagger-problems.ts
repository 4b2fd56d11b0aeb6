import type { AnalysisMetric, LatencyMetric, QueryMetric } from '../rollouts/analysis-metric.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'
import type { RolloutStep } from '../rollouts/step.ts'
import { gateProblems, metricProblems } from './engine-problems.ts'
import { fillQuery, usesVariable } from './engine-query.ts'
import type { FlaggerProps } from './flagger-props.ts'
import { NAME_LABEL } from './labels.ts'
import type { EngineProblemsProps } from './rollout-engine.ts'

/** What Flagger raises every shorter interval to. */
const LEAST_INTERVAL_SECONDS = 10

/** What Flagger cannot do of an app's releases. */
export const flaggerProblems = (
  { spec, replicas, selector }: EngineProblemsProps,
  { prometheus, gates }: FlaggerProps,
): readonly PlanProblem[] => [
  ...routerProblems(spec),
  ...('autoscale' in replicas
    ? []
    : [
        {
          field: 'spec.replicas',
          problem:
            'must be autoscaled: Flagger scales the Deployment to none, and every sync would bring the number in Git back',
          remedy: 'Use autoscale({ … })',
        },
      ]),
  ...selectorProblems(selector),
  ...spec.steps.flatMap((step, index) => stepProblems(step, `spec.steps[${index}]`, spec)),
  ...gateProblems(spec, 'Flagger', gates),
  ...spec.analysis.flatMap((metric, index) => {
    const field = `spec.analysis[${index}]`
    return [
      ...metricProblems(metric, field, 'Flagger'),
      ...ownMetricProblems(metric, field, spec, prometheus),
    ]
  }),
]

function routerProblems({ router }: RolloutSpec): readonly PlanProblem[] {
  if (router.type === 'route' && router.name === 'Gateway API') return []
  return [
    {
      field: 'spec.router',
      value: router.type === 'route' ? router.name : undefined,
      problem: 'must be what Flagger is told to steer by',
      remedy: 'Use gatewayApi({ … })',
    },
  ]
}

/** Labels of which Flagger changes one to tell the tracks apart, if it was started with its defaults. */
const TOLD_APART_BY = ['app', 'name', NAME_LABEL]

function selectorProblems(selector: EngineProblemsProps['selector']): readonly PlanProblem[] {
  if (TOLD_APART_BY.some((label) => label in selector)) return []
  return [
    {
      field: 'spec.adopt.selector',
      value: selector,
      problem: `has no label that Flagger tells stable from the canary by: ${TOLD_APART_BY.join(', ')}`,
      remedy: 'Make the app under another id, without `adopt`, and move its requests there',
    },
  ]
}

const stepProblems = (step: RolloutStep, field: string, spec: RolloutSpec): PlanProblem[] => [
  ...changeProblems(step, field),
  ...holdProblems(step, field, spec),
]

function changeProblems(step: RolloutStep, field: string): PlanProblem[] {
  if ('weight' in step) return []
  const [option, why] =
    'match' in step
      ? ['match', 'sends either a share of the requests or marked ones to the canary, never both']
      : ['scale', "gives the canary its autoscaler's least number of pods, before the first step"]
  const remedy = 'Take the step out'
  return [{ field: `${field}.${option}`, problem: `cannot be done: Flagger ${why}`, remedy }]
}

function holdProblems({ holdSeconds }: RolloutStep, field: string, { steps }: RolloutSpec) {
  const first = steps[0]?.holdSeconds ?? holdSeconds
  if (holdSeconds < LEAST_INTERVAL_SECONDS) {
    return [
      {
        field: `${field}.holdSeconds`,
        value: holdSeconds,
        problem: `must be at least ${LEAST_INTERVAL_SECONDS} s: Flagger looks no more often`,
        remedy: 'Hold it longer',
      },
    ]
  }
  if (holdSeconds === first || Number.isNaN(first)) return []
  return [
    {
      field: `${field}.holdSeconds`,
      value: holdSeconds,
      problem: `must be the ${first} s of the first step: Flagger has one interval for all`,
      remedy: 'Leave the hold out of all steps but the first',
    },
  ]
}

function ownMetricProblems(
  metric: AnalysisMetric,
  field: string,
  spec: RolloutSpec,
  prometheus: string | undefined,
): readonly PlanProblem[] {
  if (metric.type === 'query') return queryProblems(metric, field, spec, prometheus)
  return [
    ...(metric.minimumSamples === 1
      ? []
      : [
          {
            field: `${field}.minimumSamples`,
            value: metric.minimumSamples,
            problem: 'cannot be done: Flagger does not count requests',
            remedy: 'Write `minimumSamples: 1`, or a query() that answers with nothing below it',
          },
        ]),
    ...(metric.type === 'latency' ? percentileProblems(metric, field) : []),
  ]
}

function percentileProblems({ percentile }: LatencyMetric, field: string): readonly PlanProblem[] {
  if (percentile === 99) return []
  return [
    {
      field: `${field}.percentile`,
      value: percentile,
      problem: 'must be 99, the only one that Flagger knows',
      remedy: 'Write `percentile: 99`, or a query()',
    },
  ]
}

function queryProblems(
  { query, noData }: QueryMetric,
  field: string,
  { tracks }: RolloutSpec,
  prometheus: string | undefined,
): readonly PlanProblem[] {
  const problems: PlanProblem[] = []
  if (prometheus === undefined) {
    problems.push({
      field: 'spec.engine.prometheus',
      problem: 'is needed for the query: Flagger asks Prometheus itself',
      remedy: "Write `prometheus: 'http://prometheus.monitoring:9090'`",
    })
  }
  if (noData !== 'abort') {
    problems.push({
      field: `${field}.noData`,
      value: noData,
      problem: 'cannot be done: for Flagger no data is a failure',
      remedy: "Write `noData: 'abort'`",
    })
  }
  const { deployment } = tracks.stable
  if (usesVariable(query, 'track')) {
    problems.push({
      field: `${field}.query`,
      value: query,
      problem: 'uses $track, a label that pods of Flagger do not have',
      remedy: 'Select by $deployment or $service',
    })
  } else if (measuresBoth(fillQuery(query, { deployment }), deployment)) {
    problems.push({
      field: `${field}.query`,
      value: query,
      problem: `selects pods of ${deployment}-primary too, as Flagger calls stable`,
      remedy: 'Select pods by "$deployment-[0-9a-z]+-[0-9a-z]+"',
    })
  }
  return problems
}

const MATCHER = /=~\s*"((?:[^"\\]|\\.)*)"/g

/** Whether a label that is to be like the canary's pods can be like those of stable. */
function measuresBoth(query: string, deployment: string): boolean {
  return Array.from(query.matchAll(MATCHER), ([, pattern = '']) => pattern)
    .filter((pattern) => pattern.includes(deployment) && !pattern.includes(canaryName(deployment)))
    .some((pattern) => isLike(pattern, `${deployment}-primary-5c689d88bb-x7vqz`))
}

/** What RE2 takes and JavaScript does not is taken for right. */
function isLike(pattern: string, pod: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(pod)
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
