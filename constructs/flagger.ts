import type { Construct } from 'constructs'
import type { LatencyMetric, QueryMetric, SuccessRateMetric } from '../rollouts/analysis-metric.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import { allSteps } from '../rollouts/step-state.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { GATES_URL } from './engine-gates.ts'
import { fillQuery } from './engine-query.ts'
import { flaggerProblems } from './flagger-problems.ts'
import type { FlaggerGates, FlaggerProps } from './flagger-props.ts'
import { flaggerService } from './flagger-service.ts'
import { givenOptions } from './given-options.ts'
import { INSTANCE_LABEL } from './labels.ts'
import { type Options, optional, record, required } from './options.ts'
import { readEngine } from './read-engine.ts'
import type { EngineObject, EngineProps, RolloutEngine } from './rollout-engine.ts'
import { text } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

const OPTIONS = {
  prometheus: optional(text('http://prometheus.monitoring:9090')),
  gates: optional(
    record<FlaggerGates>(
      {
        url: required(GATES_URL, 'https://gates.invalid'),
        token: optional(text(`\${FLAGGER_TOKEN}`)),
      },
      "{ url: 'https://lockstep.example.com' }",
    ),
  ),
} satisfies Options<FlaggerProps>

/**
 * Lets Flagger drive the releases, by its object `Canary`. Flagger makes the second Deployment, the
 * Services and the route in the cluster. Git keeps the version that was tried last, promoted or not.
 */
export const flagger = (props: FlaggerProps = {}): RolloutEngine => ({
  engine: 'Flagger',
  // Of the labels it changes the name alone.
  podLabel: INSTANCE_LABEL,
  problems: (plan) =>
    flaggerProblems(plan, readEngine<FlaggerProps>(props, OPTIONS, plan.mistakes)),
  emit: (scope, engineProps) => {
    const { spec } = engineProps
    const options = givenOptions(props)
    const templates = spec.analysis.filter((metric) => metric.type === 'query')
    for (const metric of templates) emitTemplate(scope, engineProps, options.prometheus, metric)
    return {
      release: new EmittedObject<Emittable>(scope, 'Canary', canary(engineProps, options)),
    }
  },
})

function canary(props: EngineProps, { gates }: FlaggerProps): Written<EngineObject> {
  const { context, spec } = props
  const steps = allSteps(spec)
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { ...context.metadata(context.app), namespace: context.namespace },
    spec: {
      provider: 'gatewayapi:v1',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: context.workloadName },
      autoscalerRef: {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        name: context.app,
      },
      service: flaggerService(props),
      analysis: {
        interval: `${steps[0]?.holdSeconds}s`,
        // Of the checks at one step: a single bad one is enough.
        threshold: 1,
        stepWeights: steps.flatMap((step) => ('weight' in step ? [step.weight] : [])),
        metrics: spec.analysis.map((metric) =>
          metric.type === 'query' ? templated(metric, context) : builtIn(metric),
        ),
        webhooks: gates === undefined ? undefined : webhooks(gates, context),
      },
    },
  }
}

/** Flagger's own: of the app's `http_request_duration_seconds`, in the Prometheus that it was given. */
const builtIn = (metric: SuccessRateMetric | LatencyMetric) => ({
  name: metric.type === 'latency' ? 'request-duration' : 'request-success-rate',
  interval: `${metric.windowSeconds}s`,
  thresholdRange:
    metric.type === 'latency' ? { max: metric.belowMs } : { min: metric.atLeastPercent },
})

const templateName = ({ app }: WorkloadContext, { name }: QueryMetric): string => `${app}-${name}`

const templated = (metric: QueryMetric, context: WorkloadContext) => ({
  name: metric.name,
  interval: `${metric.windowSeconds}s`,
  templateRef: { name: templateName(context, metric), namespace: context.namespace },
  thresholdRange: { min: metric.atLeast, max: metric.atMost },
})

function emitTemplate(
  scope: Construct,
  { context, spec }: EngineProps,
  address: string | undefined,
  metric: QueryMetric,
): void {
  const { app, namespace } = context
  new EmittedObject<EngineObject>(scope, `MetricTemplate-${metric.name}`, {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { ...context.metadata(templateName(context, metric)), namespace },
    spec: {
      provider: { type: 'prometheus', address },
      query: fillQuery(metric.query, {
        namespace,
        app,
        deployment: spec.tracks.stable.deployment,
        service: canaryName(app),
        window: `${metric.windowSeconds}s`,
      }),
    },
  })
}

/** Asked before a release begins, at each step, before the promotion, and all along whether to go back. */
const HOOKS = [
  'confirm-rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'rollback',
] as const

const webhooks = ({ url, token }: FlaggerGates, { environment }: WorkloadContext) =>
  HOOKS.map((type) => ({
    name: `lockstep-${type}`,
    type,
    url: `${url}/webhooks/flagger/${type}`,
    timeout: '10s',
    // It would tell of each look that finds a gate closed.
    muteAlert: true,
    metadata: { environment: environment.name, ...(token !== undefined && { token }) },
  }))
