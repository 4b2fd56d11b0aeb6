import { TRACK_LABEL } from '../manifests/tracks.ts'
import { canaryName, stableServiceName } from '../rollouts/canary-track.ts'
import type { Router } from '../rollouts/plan.ts'
import { CANARY_HASH, refusalName } from './argo-gates.ts'
import { metricsName } from './argo-metrics.ts'
import type { ArgoRolloutsProps } from './argo-rollouts-props.ts'
import { argoSteps } from './argo-steps.ts'
import type { EngineObject, EngineProps } from './rollout-engine.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** The object by which Argo Rollouts drives the releases of an app. */
export function argoRollout(
  { context, spec, deployment, autoscaler }: EngineProps,
  { gates }: ArgoRolloutsProps,
): Written<EngineObject> {
  const { app, namespace } = context
  const { minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit } = deployment.toJson()
    .spec as Readonly<Record<string, unknown>>
  const { steps, markRoutes, measuredFrom } = argoSteps(spec, app, gates !== undefined)
  const background = [
    ...(spec.analysis.length === 0 ? [] : [metricsName(app)]),
    ...(gates === undefined ? [] : [refusalName(app)]),
  ]
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { ...context.metadata(app), namespace },
    spec: {
      replicas: autoscaler === undefined ? spec.replicas.min : undefined,
      workloadRef: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: context.workloadName,
        scaleDown: 'progressively',
      },
      minReadySeconds,
      progressDeadlineSeconds,
      revisionHistoryLimit,
      // Otherwise pods that never get ready would keep their share of the requests.
      progressDeadlineAbort: true,
      strategy: {
        canary: {
          stableService: stableServiceName(app),
          canaryService: canaryName(app),
          stableMetadata: { labels: { [TRACK_LABEL]: 'stable' } },
          canaryMetadata: { labels: { [TRACK_LABEL]: 'canary' } },
          ...routing(spec.router, context, markRoutes),
          analysis: background.length === 0 ? undefined : analysis(background, measuredFrom),
          steps,
        },
      },
    },
  }
}

const analysis = (templates: readonly string[], startingStep: number) => ({
  templates: templates.map((templateName) => ({ templateName })),
  args: [CANARY_HASH],
  startingStep,
})

function routing(
  router: Router,
  { app, namespace }: WorkloadContext,
  markRoutes: readonly string[],
): Readonly<Record<string, unknown>> {
  if (router.type === 'replica-ratio') {
    const isNone = /^0*%?$/.test(String(router.surge))
    return { maxSurge: router.surge, maxUnavailable: isNone ? 1 : 0 }
  }
  const hasMarks = markRoutes.length > 0
  return {
    trafficRouting: {
      managedRoutes: hasMarks ? markRoutes.map((name) => ({ name })) : undefined,
      plugins: {
        'argoproj-labs/gatewayAPI': {
          httpRoutes: [{ name: app, useHeaderRoutes: hasMarks }],
          namespace,
        },
      },
    },
  }
}
