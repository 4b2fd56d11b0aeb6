import { at, fields, number } from '../manifests/fields.ts'
import { type Identity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type Labels, selectsByMap } from '../manifests/label-selector.ts'
import { objectName } from '../rollouts/object-name.ts'
import { observeRoute } from '../rollouts/observe-route.ts'
import { type TrackServices, withdrawShare } from '../rollouts/route-share.ts'
import type { ClusterObjects, ObjectPatch } from './cluster-objects.ts'
import {
  type AppName,
  type RolloutInCluster,
  servicesOf,
  trackInCluster,
} from './rollout-in-cluster.ts'

/** How all requests of an app come to stable, by changes of live objects alone. */
export interface TrafficShift {
  /** What must stay as it is in the cluster then: a sync of it would undo the shift, or what it is for. */
  readonly kept: readonly KubernetesObject[]
  /** Which of them remember why it was done. */
  readonly noted: readonly KubernetesObject[]
  /** One after the other. All can be made again. */
  readonly steps: readonly ShiftStep[]
}

export interface ShiftStep {
  readonly target: Identity
  /** What is so then, as a sentence without a full stop. */
  readonly what: string
  /** `undefined` if it is so already. */
  readonly change: (live: KubernetesObject) => ObjectPatch | undefined
  /** What is missing until it is in force, as sentences. */
  readonly lacks: (live: KubernetesObject) => readonly string[]
  /**
   * Whether the next step waits for that.
   *
   * @default false
   */
  readonly isWaitedFor?: true
}

/**
 * By routes: each of them gives stable everything, at once. Where the canary has all requests, the branch may
 * already say that stable becomes the same, and is not let through either.
 */
export const shiftByRoutes = (
  { routes, stable, canary }: Pick<RolloutInCluster, 'routes' | 'stable' | 'canary'>,
  app: AppName,
): TrafficShift => ({
  kept: isAllOnCanary(routes, app) ? [...routes, stable, canary] : routes,
  noted: routes,
  steps: routes.map((route) => ({
    target: identityOf(route),
    what: `${objectName(route)} sends all requests to stable`,
    change: (live) => withoutShare(live, servicesOf(app)),
    // Whoever serves it has to have taken it.
    lacks: (live) => observeRoute({ branch: live, live }).missing,
  })),
})

/** Whether no route sends anything to the canary. */
export const isAllOnStable = (routes: readonly KubernetesObject[], app: AppName): boolean =>
  routes.every((route) => withoutShare(route, servicesOf(app)) === undefined)

/** Whether no route sends anything to stable: the next that the branch says is a new template for that. */
export function isAllOnCanary(routes: readonly KubernetesObject[], app: AppName): boolean {
  const { stableService, canaryService } = servicesOf(app)
  const swapped = { stableService: canaryService, canaryService: stableService }
  return routes.every((route) => withoutShare(route, swapped) === undefined)
}

function withoutShare(route: KubernetesObject, services: TrackServices): ObjectPatch | undefined {
  const spec = fields(withdrawShare(route, services).spec)
  return JSON.stringify(spec) === JSON.stringify(route.spec) ? undefined : { spec }
}

export interface ShiftByPodsProps extends Pick<RolloutInCluster, 'stable' | 'canary'> {
  /** Pods that all requests need. */
  readonly replicas: number
  /** Whether it goes on although not all of these are ready. */
  readonly acceptsFewerPods: boolean
}

/** By pods, where they are the weights: stable gets all that is needed first, and then the canary has none. */
export const shiftByPods = (props: ShiftByPodsProps): TrafficShift => {
  const { stable, canary, replicas, acceptsFewerPods } = props
  return {
    kept: [stable, canary],
    noted: [stable],
    steps: [
      {
        target: identityOf(stable),
        what: `${objectName(stable)} has ${replicas} pods`,
        change: (live) => (replicasOf(live) >= replicas ? undefined : { spec: { replicas } }),
        lacks: (live) => {
          const { missing, ready } = trackInCluster(live)
          return acceptsFewerPods && ready > 0 ? [] : missing
        },
        isWaitedFor: true,
      },
      {
        target: identityOf(canary),
        what: `${objectName(canary)} has none`,
        change: (live) => (replicasOf(live) === 0 ? undefined : { spec: { replicas: 0 } }),
        lacks: () => [],
      },
    ],
  }
}

export const replicasOf = ({ spec }: KubernetesObject): number => number(at(spec, 'replicas')) ?? 1

/**
 * Whether the Service that callers use has the pods of both tracks behind it.
 *
 * @throws {KubernetesError}
 */
export async function isSplitByPods(
  objects: ClusterObjects,
  { namespace, name }: AppName,
  { stable, canary }: Pick<RolloutInCluster, 'stable' | 'canary'>,
): Promise<boolean> {
  const service = await objects.find({ group: '', kind: 'Service', namespace, name })
  return [stable, canary].every(({ spec }) => {
    const labels = fields(at(spec, 'template', 'metadata', 'labels')) as Labels
    return selectsByMap(at(service?.spec, 'selector'), labels)
  })
}
