import { describeIdentity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type LiveAbort, liveAbortOf } from './live-abort.ts'
import type { LiveObjects } from './live-state.ts'
import { lostCanary } from './lost-canary.ts'
import type { Observation } from './observation.ts'
import { observeTrack, type TrackSighting } from './observe-track.ts'
import { type LeftRequests, observeTraffic } from './observe-traffic.ts'
import {
  type ObservedFiles,
  type ObservedTrack,
  objectsToRead,
  observedObjects,
} from './observed-objects.ts'
import type { RolloutPlan } from './plan.ts'
import type { Rollout } from './record.ts'
import type { Sighting } from './sighting.ts'

export interface ObserveRolloutProps extends ObservedFiles {
  /** Absent at rest. */
  readonly rollout?: Rollout
  /** What was read of `objectsToRead`, in that order. */
  readonly live: LiveObjects
  /**
   * Requests that still reach the canary, where a metric store tells. While traffic goes back to
   * stable the canary is not taken away before they are none.
   *
   * @default - nobody tells
   */
  readonly canaryRequestsPerSecond?: LeftRequests
}

/** What there is to see of a rollout, and of its metrics nothing. */
export type SeenRollout = Pick<
  Observation,
  'atMs' | 'stable' | 'canary' | 'traffic' | 'abortedLive'
>

/**
 * What runs, held against the branch. Nothing counts as there because it was committed or applied:
 * Deployments by the generation that their controller has seen and by pods that are ready,
 * autoscalers and Services by their live spec, a route by its live spec, what its parents say of it,
 * and the time that its router takes to settle.
 */
export function observeRollout(props: ObserveRolloutProps): SeenRollout {
  const { plan, rollout, live, canaryRequestsPerSecond } = props
  const { stable, canary, services, routes } = observedObjects(props)
  const see = sightings(props)
  const seeTrack = ({ deployment, autoscaler }: ObservedTrack): TrackSighting => ({
    deployment: deployment && see(deployment),
    autoscaler: autoscaler && see(autoscaler),
  })
  const sighted = { stable: seeTrack(stable), canary: seeTrack(canary) }
  const lost = rollout && lostCanary({ plan, rollout, tracks: sighted })
  const seen = {
    stable: observeTrack(sighted.stable),
    canary: { ...observeTrack(sighted.canary), ...(lost !== undefined && { failure: lost }) },
  }
  const isRouted = plan.spec.router.type === 'route'
  const noted = isRouted ? routes : stable.deployment === undefined ? [] : [stable.deployment]
  const abortedLive = rollout && abortOf({ plan, rollout, noted: noted.map(see) })
  return {
    atMs: live.atMs,
    ...seen,
    ...(abortedLive !== undefined && { abortedLive }),
    traffic: observeTraffic({
      plan,
      rollout,
      atMs: live.atMs,
      services: services.map(see),
      routes: routes.map(see),
      tracks: {
        stable: { ...sighted.stable, ...seen.stable },
        canary: { ...sighted.canary, ...seen.canary },
      },
      canaryRequestsPerSecond,
    }),
  }
}

interface AbortOfProps {
  readonly plan: RolloutPlan
  readonly rollout: Rollout
  /** What splits the requests. A note anywhere else is nobody's who could have moved them. */
  readonly noted: readonly Sighting[]
}

/** What was left over from a rollout that is over says nothing of this one. */
function abortOf({ plan: { metadata }, rollout, noted }: AbortOfProps): LiveAbort | undefined {
  const app = `${metadata.namespace}/${metadata.name}`
  return noted
    .flatMap(({ live }) => (live && liveAbortOf(live)) ?? [])
    .find((abort) => abort.rollout === rollout.id && abort.app === app)
}

/** Finds the live object of one on the branch. */
function sightings(props: ObserveRolloutProps): (branch: KubernetesObject) => Sighting {
  const { objects } = props.live
  const byName = new Map(
    objectsToRead(props).map((identity, index) => [describeIdentity(identity), objects[index]]),
  )
  return (branch) => ({ branch, live: byName.get(describeIdentity(identityOf(branch))) })
}
