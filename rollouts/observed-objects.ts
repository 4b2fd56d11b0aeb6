import { groupOf, type Identity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutPlan } from './plan.ts'
import { isShared } from './route-share.ts'
import { findTrack } from './track-objects.ts'

export interface ObservedFiles {
  /** Of the rollout in flight; at rest any of the app's. */
  readonly plan: RolloutPlan
  /** The app's files on the branch: in flight what `render` says, at rest those of stable. */
  readonly files: readonly RenderedFile[]
}

/**
 * The objects on the branch of which a rollout has to know whether the cluster has them. An app may have
 * other Services and routes, which are not about the tracks.
 */
export interface ObservedObjects {
  readonly stable: ObservedTrack
  readonly canary: ObservedTrack
  readonly services: readonly KubernetesObject[]
  readonly routes: readonly KubernetesObject[]
}

export interface ObservedTrack {
  readonly deployment: KubernetesObject | undefined
  readonly autoscaler: KubernetesObject | undefined
}

export function observedObjects({ plan, files }: ObservedFiles): ObservedObjects {
  const objects = files.flatMap(({ object }) => object ?? [])
  const { stable, canary } = plan.spec.tracks
  const services = { stableService: stable.service, canaryService: canary.service }
  const names = new Set([plan.metadata.name, stable.service, canary.service])
  return {
    stable: findTrack(objects, stable.deployment),
    canary: findTrack(objects, canary.deployment),
    services: objects.filter((object) => isService(object) && names.has(object.metadata.name)),
    routes: objects.filter((object) => isShared(object, services)),
  }
}

/** What `observeRollout` wants to see, in the order in which it takes it. */
export function objectsToRead(props: ObservedFiles): readonly Identity[] {
  const { stable, canary, services, routes } = observedObjects(props)
  return [
    stable.deployment,
    stable.autoscaler,
    canary.deployment,
    canary.autoscaler,
    ...services,
    ...routes,
  ].flatMap((object) => (object === undefined ? [] : [identityOf(object)]))
}

const isService = ({ apiVersion, kind }: KubernetesObject): boolean =>
  groupOf(apiVersion) === '' && kind === 'Service'
