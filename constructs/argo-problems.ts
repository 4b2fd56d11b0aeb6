import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import type { PlanProblem } from '../rollouts/plan-problem.ts'
import type { ArgoRolloutsProps } from './argo-rollouts-props.ts'
import { gateProblems, metricProblems } from './engine-problems.ts'
import type { EngineProblemsProps } from './rollout-engine.ts'

/** What Argo Rollouts cannot do of an app's releases. */
export const argoProblems = (
  { spec }: EngineProblemsProps,
  { prometheus, gates }: ArgoRolloutsProps,
): readonly PlanProblem[] => [
  ...routerProblems(spec),
  ...gateProblems(spec, 'Argo Rollouts', gates),
  ...spec.analysis.flatMap((metric, index) => {
    const field = `spec.analysis[${index}]`
    return [
      ...metricProblems(metric, field, 'Argo Rollouts'),
      ...ownMetricProblems(metric, field, prometheus),
    ]
  }),
]

function routerProblems({ router }: RolloutSpec): readonly PlanProblem[] {
  if (router.type === 'replica-ratio' || router.name === 'Gateway API') return []
  return [
    {
      field: 'spec.router',
      value: router.name,
      problem: 'must be what Argo Rollouts is told to steer by',
      remedy: 'Use gatewayApi({ … }), or leave `traffic` out to split by the number of pods',
    },
  ]
}

function ownMetricProblems(
  metric: AnalysisMetric,
  field: string,
  prometheus: string | undefined,
): readonly PlanProblem[] {
  if (metric.type !== 'query') {
    return [
      {
        field,
        value: metric.type,
        problem: 'cannot be done: Argo Rollouts has no figures of its own',
        remedy: 'Write a query() that answers with it',
      },
    ]
  }
  if (prometheus !== undefined) return []
  return [
    {
      field: 'spec.engine.prometheus',
      problem: 'is needed for the query: Argo Rollouts asks Prometheus itself',
      remedy: "Write `prometheus: 'http://prometheus.monitoring:9090'`",
    },
  ]
}
