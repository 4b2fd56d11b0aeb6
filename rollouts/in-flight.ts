import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { canaryTrack } from './canary-track.ts'
import type { RolloutPlan } from './plan.ts'
import { shareRoute } from './route-share.ts'
import type { StepState } from './step-state.ts'
import { findTrack } from './track-objects.ts'
import { trackReplicas } from './track-replicas.ts'

export interface InFlightProps {
  readonly plan: RolloutPlan
  readonly state: StepState
  /**
   * Pods that all traffic needs.
   *
   * @default - the fewest that stable has
   */
  readonly need?: number
}

/**
 * The objects of an app while a rollout is in some state, made from those at rest: stable pinned to
 * what the traffic needs, the canary beside it, the route with the weights. At rest the objects stay
 * as they are.
 */
export function inFlightObjects(
  atRest: readonly KubernetesObject[],
  { plan, state, need }: InFlightProps,
): KubernetesObject[] {
  const { stable, canary } = plan.spec.tracks
  const replicas = trackReplicas(plan.spec.router, state, need ?? plan.spec.replicas.min)
  if (replicas.canary === 0) return [...atRest]
  const { deployment, autoscaler } = findTrack(atRest, stable.deployment)
  const share = { stableService: stable.service, canaryService: canary.service, state }
  const shared = atRest.map((object) => {
    if (object === deployment) return withField(object, 'replicas', replicas.stable)
    if (object === autoscaler) return withField(object, 'minReplicas', replicas.stable)
    return shareRoute(object, share)
  })
  return [
    ...shared,
    ...canaryTrack(atRest, {
      app: plan.metadata.name,
      deployment: stable.deployment,
      replicas: replicas.canary,
    }),
  ]
}

/** Sets a field of `spec` that is there; a missing one belongs to somebody else. */
function withField(object: KubernetesObject, field: string, value: number): KubernetesObject {
  const { spec } = object
  return isRecord(spec) && field in spec ? { ...object, spec: { ...spec, [field]: value } } : object
}
