import { at } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { canaryName, canaryTrack, stableServiceName } from '../rollouts/canary-track.ts'
import { liveDifference } from '../rollouts/live-difference.ts'
import { objectName } from '../rollouts/object-name.ts'
import type { SeenTrack } from '../rollouts/observation.ts'
import { observeTrack } from '../rollouts/observe-track.ts'
import { STEP_ANNOTATION } from '../rollouts/render.ts'
import { isShared } from '../rollouts/route-share.ts'
import type { ClusterObjects } from './cluster-objects.ts'

/** An app, without a branch that would say more of it. */
export interface AppName {
  readonly namespace: string
  readonly name: string
}

/** A rollout in flight, as its live objects tell. */
export interface RolloutInCluster {
  /** Its id. */
  readonly rollout: string
  readonly stable: KubernetesObject
  readonly canary: KubernetesObject
  /** Routes that split requests between the two; none if the pods do. */
  readonly routes: readonly KubernetesObject[]
}

const DEPLOYMENT = { group: 'apps', kind: 'Deployment' }
const HTTP_ROUTE = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }

/**
 * Finds the rollout of an app by the annotation that both of its tracks carry in flight, and by the names
 * of their Services: nothing of that needs the branch. `undefined` if none is in flight.
 *
 * @throws {KubernetesError}
 */
export async function rolloutInCluster(
  objects: ClusterObjects,
  { namespace, name }: AppName,
): Promise<RolloutInCluster | undefined> {
  const deployments = await objects.all(DEPLOYMENT, namespace)
  const canary = deployments.find(({ metadata }) => metadata.name === canaryName(name))
  const rollout = canary && rolloutOf(canary)
  const stable = deployments.find((each) => each !== canary && rolloutOf(each) === rollout)
  if (canary === undefined || rollout === undefined || stable === undefined) return undefined
  return { rollout, stable, canary, routes: await routesOf(objects, { namespace, name }) }
}

async function routesOf(
  objects: ClusterObjects,
  { namespace, name }: AppName,
): Promise<readonly KubernetesObject[]> {
  const routes = await objects.all(HTTP_ROUTE, namespace)
  return routes.filter((route) => isShared(route, servicesOf({ name })))
}

/** Objects of an app that say which syncs it has, in flight or not. */
export interface ObjectsOfApp {
  /** Routes that name the Services of both tracks. */
  readonly routes: readonly KubernetesObject[]
  /** Deployments of its tracks. */
  readonly tracks: readonly KubernetesObject[]
}

/** @throws {KubernetesError} */
export async function objectsOfApp(objects: ClusterObjects, app: AppName): Promise<ObjectsOfApp> {
  const routes = await routesOf(objects, app)
  const deployments = await objects.all(DEPLOYMENT, app.namespace)
  const canary = deployments.find(({ metadata }) => metadata.name === canaryName(app.name))
  const rollout = canary && rolloutOf(canary)
  const tracks = deployments.filter(
    (each) =>
      each === canary ||
      each.metadata.name === app.name ||
      (rollout !== undefined && rolloutOf(each) === rollout),
  )
  return { routes, tracks }
}

export const servicesOf = ({ name }: Pick<AppName, 'name'>) => ({
  stableService: stableServiceName(name),
  canaryService: canaryName(name),
})

/** `7kwz4qfn2p-3` of `7kwz4qfn2p-3/4`. */
const rolloutOf = ({ metadata }: KubernetesObject): string | undefined =>
  /^(.+)\/\d+$/.exec(metadata.annotations?.[STEP_ANNOTATION] ?? '')?.[1]

/** A track by what its own Deployment asks for: which pods it has, and what they lack. */
export const trackInCluster = (deployment: KubernetesObject): SeenTrack =>
  observeTrack({ deployment: { branch: deployment, live: deployment }, autoscaler: undefined })

/** Whether stable runs the same as the canary by now, or is about to: once a rollout is promoted. */
export function isSameOnBothTracks(
  { stable, canary }: Pick<RolloutInCluster, 'stable' | 'canary'>,
  app: string,
): boolean {
  const deployment = stable.metadata.name
  const [asCanary] = canaryTrack([stable], { app, deployment, replicas: 1 })
  if (asCanary === undefined) throw new Error(`${objectName(stable)} makes no track`)
  const [one, other] = [ofTemplate(asCanary), ofTemplate(canary)]
  return liveDifference(one, other) === undefined && liveDifference(other, one) === undefined
}

const ofTemplate = (deployment: KubernetesObject): KubernetesObject => ({
  ...deployment,
  spec: at(deployment.spec, 'template'),
})
