import type { Construct } from 'constructs'
import { waiverAnnotation } from '../checks/waiver.ts'
import { canaryName, stableServiceName } from '../rollouts/canary-track.ts'
import { gateTemplates } from './argo-gates.ts'
import { metricsTemplate } from './argo-metrics.ts'
import { argoProblems } from './argo-problems.ts'
import { argoRollout } from './argo-rollout.ts'
import type { ArgoGates, ArgoRolloutsProps } from './argo-rollouts-props.ts'
import { type Emittable, EmittedObject } from './emitted-object.ts'
import { GATES_URL } from './engine-gates.ts'
import { givenOptions } from './given-options.ts'
import { NAME_LABEL } from './labels.ts'
import { type Options, optional, record, required } from './options.ts'
import { readEngine } from './read-engine.ts'
import type { EngineObject, EngineProps, RolloutEngine } from './rollout-engine.ts'
import { emitService, SERVICE_PORT } from './service.ts'
import type { Traffic } from './traffic.ts'
import { text } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'
import { writeRoute } from './write-route.ts'

const OPTIONS = {
  prometheus: optional(text('http://prometheus.monitoring:9090')),
  gates: optional(
    record<ArgoGates>(
      {
        url: required(GATES_URL, 'https://gates.invalid'),
        tokenSecret: optional(text('lockstep-gates')),
      },
      "{ url: 'https://lockstep.example.com' }",
    ),
  ),
} satisfies Options<ArgoRolloutsProps>

/**
 * Lets Argo Rollouts drive the releases, by its object `Rollout`, which takes the pods of the app's
 * Deployment; that one has none of its own. Argo Rollouts writes weights and selectors into route and
 * Services, so Flux makes these once and leaves them alone. Git keeps the version that was tried last.
 */
export const argoRollouts = (props: ArgoRolloutsProps = {}): RolloutEngine => ({
  engine: 'Argo Rollouts',
  podLabel: NAME_LABEL,
  problems: (plan) =>
    argoProblems(plan, readEngine<ArgoRolloutsProps>(props, OPTIONS, plan.mistakes)),
  emit: (scope, engineProps) => {
    const options = givenOptions(props)
    handOver(engineProps)
    emitTemplates(scope, engineProps, options)
    return {
      ...emitTraffic(scope, engineProps),
      release: new EmittedObject<Emittable>(scope, 'Rollout', argoRollout(engineProps, options)),
    }
  },
})

/**
 * The Deployment says what pods are like, and the Rollout has them. How many the Deployment has is
 * for Argo Rollouts, which takes them down as those of the Rollout come up.
 */
function handOver({ context, deployment, autoscaler }: EngineProps): void {
  deployment.patch(({ spec }) => {
    Reflect.deleteProperty(spec, 'replicas')
  })
  deployment.metadata.addAnnotation(waiverAnnotation('ha/spof'), 'the Rollout has its pods')
  autoscaler?.patch(({ spec }) => {
    Object.assign(spec.scaleTargetRef, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      name: context.app,
    })
  })
}

function emitTemplates(
  scope: Construct,
  { context, spec }: EngineProps,
  { prometheus, gates }: ArgoRolloutsProps,
): void {
  const templates = [
    ...(spec.analysis.length === 0 ? [] : [metricsTemplate(context, spec, prometheus)]),
    ...(gates === undefined ? [] : gateTemplates(context, gates)),
  ]
  for (const template of templates) {
    new EmittedObject<EngineObject>(scope, `AnalysisTemplate-${template.name}`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { ...context.metadata(template.name), namespace: context.namespace },
      spec: template.spec,
    })
  }
}

/** Argo Rollouts writes into lists and maps that can have one owner alone. */
const MADE_ONCE = { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' }

function emitTraffic(scope: Construct, { context, traffic }: EngineProps) {
  const { app, selector } = context
  const emit = (id: string, name: string, annotations: Readonly<Record<string, string>>) =>
    emitService(scope, context, { id, name, selector, annotations })
  const route = traffic === undefined ? undefined : emitRoute(scope, context, traffic)
  return {
    service: emit('Service', app, {}),
    // Argo Rollouts narrows their selectors to the pods of one version.
    stableService: emit('StableService', stableServiceName(app), MADE_ONCE),
    canaryService: emit('CanaryService', canaryName(app), MADE_ONCE),
    ...(route !== undefined && { route }),
  }
}

function emitRoute(scope: Construct, context: WorkloadContext, traffic: Traffic) {
  const { app } = context
  const route = writeRoute(traffic, context, [
    { service: stableServiceName(app), port: SERVICE_PORT, weight: 100 },
    { service: canaryName(app), port: SERVICE_PORT, weight: 0 },
  ])
  if (route === undefined) return undefined
  const emitted = new EmittedObject(scope, 'Route', route)
  for (const [key, value] of Object.entries(MADE_ONCE)) emitted.metadata.addAnnotation(key, value)
  return emitted
}
