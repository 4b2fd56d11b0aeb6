import { at, items } from '../manifests/fields.ts'
import type { Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { LiveObjects, LiveState } from '../rollouts/live-state.ts'
import type { AppliedObject } from './applied-objects.ts'
import type { LocalCluster } from './local-cluster.ts'

/**
 * The cluster of this machine as a rollout sees it: processes as the status of a Deployment, and what
 * the gateway has taken as that of a route.
 */
export class LocalLiveState implements LiveState {
  readonly #cluster: LocalCluster

  constructor(cluster: LocalCluster) {
    this.#cluster = cluster
  }

  async read(identities: readonly Identity[]): Promise<LiveObjects> {
    return { atMs: Date.now(), objects: identities.map((identity) => this.#find(identity)) }
  }

  #find(identity: Identity): KubernetesObject | undefined {
    const { workloads, traffic } = this.#cluster.objects
    const applied = workloads.get(identity) ?? traffic.get(identity)
    if (applied === undefined) return undefined
    const object = asStored(applied)
    if (identity.kind === 'Deployment') return this.#deployment(object, applied)
    return identity.kind === 'HTTPRoute' ? routeOf(object, applied) : object
  }

  #deployment(object: KubernetesObject, { generation }: AppliedObject): KubernetesObject {
    const { spec } = object
    const counts = this.#cluster.deployment(object.metadata.name)?.counts
    return {
      ...object,
      spec: { ...(spec as object), replicas: this.#cluster.replicasOf(object) },
      status: { ...counts, observedGeneration: generation },
    }
  }
}

/** With what an API server adds. */
const asStored = ({ object, generation, writtenAt }: AppliedObject): KubernetesObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    generation,
    managedFields: [
      { manager: 'demo', operation: 'Apply', time: writtenAt, fieldsV1: { 'f:spec': {} } },
    ],
  },
})

/** The gateway goes by a route as soon as it is applied, and can do all that is asked of it here. */
function routeOf(object: KubernetesObject, { generation, writtenAt }: AppliedObject) {
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    observedGeneration: generation,
    lastTransitionTime: writtenAt,
  }))
  const parents = items(at(object, 'spec', 'parentRefs')).map((parentRef) => ({
    parentRef,
    controllerName: 'lockstep.dev/demo',
    conditions,
  }))
  return { ...object, status: { parents } }
}
