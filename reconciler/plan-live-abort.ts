import { KubernetesRefusalError } from '../kubernetes/errors.ts'
import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type LiveAbort, liveAbortOf } from '../rollouts/live-abort.ts'
import { objectName } from '../rollouts/object-name.ts'
import type { SeenTrack } from '../rollouts/observation.ts'
import type { SyncIdentity } from '../rollouts/sync-of-object.ts'
import { assertEnvironment, saysEnvironment } from './assert-environment.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { appliersOf, onlyEnvironment } from './environment-of-sync.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import {
  type AppName,
  isSameOnBothTracks,
  type RolloutInCluster,
  rolloutInCluster,
  trackInCluster,
} from './rollout-in-cluster.ts'
import { isSuspendedByOthers, syncName } from './suspended-sync.ts'
import { appliersInCluster } from './sync-chain.ts'
import { syncsToSuspend } from './syncs-to-suspend.ts'
import {
  isAllOnStable,
  isSplitByPods,
  replicasOf,
  shiftByPods,
  shiftByRoutes,
  type TrafficShift,
} from './traffic-shift.ts'

export interface PlanLiveAbortProps {
  readonly objects: ClusterObjects
  readonly app: AppName
  /** As a sentence without a full stop. */
  readonly reason: string
  /**
   * Whether requests go to stable although it has fewer pods than it should. Without any they never do.
   *
   * @default false
   */
  readonly acceptsFewerPods?: boolean
  /**
   * Whether a person vouches that nothing syncs the route until they say so.
   *
   * @default false
   */
  readonly isSyncSuspended?: boolean
  /**
   * Namespace of the Applications that objects name without one.
   *
   * @default 'argocd'
   */
  readonly argoNamespace?: string
  /**
   * The environment that somebody means, which the cluster must not contradict.
   *
   * @default - whichever it is
   */
  readonly environment?: string
  /**
   * Whether a person vouches that the cluster is the one of that environment.
   *
   * @default false
   */
  readonly isClusterChecked?: boolean
}

/** What an abort in the cluster will do, for people who want to know before it is done. */
export interface LiveAbortPlan {
  readonly abort: LiveAbort
  readonly shift: TrafficShift
  readonly stable: { readonly name: string } & SeenTrack
  /** What has to be suspended, the outermost first; what already is too. */
  readonly syncs: readonly KubernetesObject[]
  /** That of the cluster, as its syncs say, or a person who has checked that; absent if nobody does. */
  readonly environment?: string
}

/**
 * Looks at the rollout of an app in the cluster alone, and says how it can be aborted there.
 *
 * @throws {LiveAbortRefusedError} if it cannot, or if that would do harm
 * @throws {KubernetesError}
 */
export async function planLiveAbort(props: PlanLiveAbortProps): Promise<LiveAbortPlan> {
  const { objects, app, isSyncSuspended = false, argoNamespace = 'argocd' } = props
  const found = await rolloutInCluster(objects, app)
  if (found === undefined) throw notInFlight(app)
  const { rollout, stable, canary, routes } = found
  const seen = assertAble(found, props)
  const known = (routes.length > 0 ? routes : [stable])
    .map(liveAbortOf)
    .find((abort) => abort?.rollout === rollout && abort.app === nameOf(app))
  const replicas = await neededPods(found, known, props)
  const { acceptsFewerPods = false } = props
  const shift =
    replicas === undefined
      ? shiftByRoutes(found, app)
      : shiftByPods({ stable, canary, replicas, acceptsFewerPods })
  const syncs = isSyncSuspended ? [] : await syncsToSuspend(objects, shift.kept, argoNamespace)
  const environment = await environmentOf(shift.kept, syncs, props)
  const by = known === undefined ? await objects.self() : known.by
  const abort: LiveAbort = {
    app: nameOf(app),
    rollout,
    reason: known?.reason ?? props.reason,
    ...(by !== undefined && { by }),
    at: known?.at ?? objects.now,
    syncs: united(known?.syncs ?? [], syncs),
    ...(replicas !== undefined && { replicas }),
  }
  return { abort, shift, stable: seen, syncs, ...(environment !== undefined && { environment }) }
}

/** @throws {LiveAbortRefusedError} if another one is meant, or nothing tells of the one that is meant */
async function environmentOf(
  kept: readonly KubernetesObject[],
  syncs: readonly KubernetesObject[],
  { objects, app, argoNamespace = 'argocd', environment, isClusterChecked }: PlanLiveAbortProps,
): Promise<string | undefined> {
  // Whoever means none needs no right to see more than what is suspended.
  if (environment === undefined) return onlyEnvironment(appliersOf(kept, syncs))
  const appliers = await appliersInCluster(objects, kept, argoNamespace).catch((error: unknown) => {
    if (isClusterChecked && isForbidden(error)) return []
    throw error
  })
  assertEnvironment({ environment, app: nameOf(app), appliers })
  if (isClusterChecked || saysEnvironment({ environment, appliers })) return environment
  throw new LiveAbortRefusedError(
    `Nothing in this cluster says that it is the one of ${environment}`,
    'Nothing was changed. Once you know that it is, run this again with --cluster-checked',
  )
}

/** Whoever vouches for the cluster needs no right to see what it says of itself. */
const isForbidden = (error: unknown): boolean =>
  error instanceof KubernetesRefusalError && error.status === 403

const nameOf = ({ namespace, name }: AppName): string => `${namespace}/${name}`

/**
 * Pods that stable must have before the canary has none; `undefined` where routes split the requests.
 * Both tracks together always have what all requests need.
 */
async function neededPods(
  { routes, stable, canary }: RolloutInCluster,
  known: LiveAbort | undefined,
  { objects, app }: PlanLiveAbortProps,
): Promise<number | undefined> {
  if (routes.length > 0) return undefined
  if (!(await isSplitByPods(objects, app, { stable, canary }))) throw unrouted(app)
  return known?.replicas ?? replicasOf(stable) + replicasOf(canary)
}

/** What was suspended before, and what has to be now. What others have suspended is theirs. */
function united(
  before: readonly SyncIdentity[],
  syncs: readonly KubernetesObject[],
): readonly SyncIdentity[] {
  const ours = syncs
    .filter((sync) => !isSuspendedByOthers(sync))
    .map((sync) => identityOf(sync) as SyncIdentity)
  const known = new Set(before.map(syncName))
  return [...ours.filter((one) => !known.has(syncName(one))), ...before]
}

/** @throws {LiveAbortRefusedError} if stable cannot carry all requests, or would answer them no better */
function assertAble(
  found: RolloutInCluster,
  { app, acceptsFewerPods = false }: PlanLiveAbortProps,
): LiveAbortPlan['stable'] {
  const name = objectName(found.stable)
  const seen = trackInCluster(found.stable)
  if (isSameOnBothTracks(found, app.name)) {
    throw new LiveAbortRefusedError(
      `${name} has the new version too: the release is being promoted, and stable would answer no better`,
      `Wait for Git, then lockstep rollout abort or rollback. Without it: suspend the sync of workloads, then kubectl -n ${app.namespace} rollout undo deployment/${found.stable.metadata.name}, and this once its pods are ready`,
    )
  }
  // Where pods are the weights, it gets more, and these are waited for. Where it has all requests, no
  // pod is asked to do more than before.
  if (isAllOnStable(found.routes, app)) return { name, ...seen }
  if (seen.ready === 0) {
    throw new LiveAbortRefusedError(
      `${name} has no pod that could answer: ${seen.missing.join('; ')}`,
      `Nothing was changed. See why: kubectl -n ${app.namespace} describe deployment ${found.stable.metadata.name}`,
    )
  }
  if (seen.missing.length > 0 && !acceptsFewerPods) {
    throw new LiveAbortRefusedError(
      `Stable may not be able to carry all requests: ${seen.missing.join('; ')}`,
      'Nothing was changed. Run it again once they are ready, or with --accept-fewer-pods if that is better than what the canary does',
    )
  }
  return { name, ...seen }
}

const notInFlight = ({ namespace, name }: AppName): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `No release of ${namespace}/${name} is in flight in this cluster: no Deployment ${namespace}/${name}-canary has come from a step of Lockstep`,
    'Check the name and the context. Releases by Flagger or Argo Rollouts are theirs to abort',
  )

const unrouted = ({ namespace, name }: AppName): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `Nothing that is known splits the requests of ${namespace}/${name}: no HTTPRoute sends them to ${name}-stable and ${name}-canary, and the Service ${name} does not select the pods of both`,
    'Send them to stable by what routes them, with its sync suspended',
  )
