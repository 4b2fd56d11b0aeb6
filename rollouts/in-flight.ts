import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { canaryTrack } from './canary-track.ts'
import { pinnedTrack } from './pinned-track.ts'
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
    const isOwn = object === deployment || object === autoscaler
    return isOwn ? pinnedTrack(object, replicas.stable) : shareRoute(object, share)
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
