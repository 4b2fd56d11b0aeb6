import type { QueryMetric } from '../rollouts/analysis-metric.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import type { RolloutSpec } from '../rollouts/plan.ts'
import { type AnalysisTemplate, CANARY_HASH } from './argo-gates.ts'
import { fillQuery } from './engine-query.ts'
import type { WorkloadContext } from './workload-context.ts'

export const metricsName = (app: string): string => `${app}-metrics`

/** The template for what is measured all along. */
export const metricsTemplate = (
  context: WorkloadContext,
  { analysis }: RolloutSpec,
  address: string | undefined,
): AnalysisTemplate => ({
  name: metricsName(context.app),
  spec: {
    args: [{ name: CANARY_HASH.name }],
    metrics: analysis
      .filter((metric) => metric.type === 'query')
      .map((metric) => ({
        name: metric.name,
        // Before that there is less to look at than the window.
        initialDelay: `${metric.windowSeconds}s`,
        interval: `${metric.intervalSeconds}s`,
        failureLimit: 0,
        ...conditions(metric),
        provider: { prometheus: { address, query: query(metric, context) } },
      })),
  },
})

/** Pods of the canary are those of one ReplicaSet. */
const query = (metric: QueryMetric, { app, namespace }: WorkloadContext): string =>
  fillQuery(metric.query, {
    namespace,
    app,
    track: 'canary',
    deployment: `${app}-{{args.${CANARY_HASH.name}}}`,
    service: canaryName(app),
    window: `${metric.windowSeconds}s`,
  })

const HAS_DATA = 'len(result) > 0 && !isNaN(result[0])'

/** What neither succeeds nor fails is inconclusive, and pauses until a person decides. */
function conditions({ atLeast, atMost, noData }: QueryMetric) {
  const isGood = [
    ...(atLeast === undefined ? [] : [`result[0] >= ${atLeast}`]),
    ...(atMost === undefined ? [] : [`result[0] <= ${atMost}`]),
  ].join(' && ')
  const successCondition = `${HAS_DATA} && ${isGood}`
  return noData === 'abort'
    ? { successCondition }
    : { successCondition, failureCondition: `${HAS_DATA} && !(${isGood})`, inconclusiveLimit: 0 }
}
