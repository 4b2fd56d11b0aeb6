import type { KubernetesTransport, TransportAnswer } from '../kubernetes/transport.ts'
import { at, items } from '../manifests/fields.ts'
import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { resourcePath } from '../reconciler/resource-path.ts'
import type { AppliedObject } from './applied-objects.ts'
import type { LocalCluster } from './local-cluster.ts'

/**
 * The cluster of this machine as its API server would show it: processes as the status of a Deployment,
 * and what the gateway has taken as that of a route. One can only look.
 */
export class LocalApi implements KubernetesTransport {
  readonly #cluster: LocalCluster

  constructor(cluster: LocalCluster) {
    this.#cluster = cluster
  }

  async open({ path }: { readonly path: string }): Promise<TransportAnswer> {
    const { workloads, traffic } = this.#cluster.objects
    const found = [...workloads.all(), ...traffic.all()].find(
      ({ object }) => resourcePath(identityOf(object)) === path,
    )
    return found === undefined ? answer(404, NOT_FOUND) : answer(200, this.#live(found))
  }

  #live(applied: AppliedObject): KubernetesObject {
    const object = asStored(applied)
    if (object.kind === 'Deployment') return this.#deployment(object, applied)
    return object.kind === 'HTTPRoute' ? routeOf(object, applied) : object
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

const NOT_FOUND = { apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'NotFound' }

const answer = (status: number, body: unknown): TransportAnswer => ({
  status,
  headers: new Headers({
    'content-type': 'application/json',
    date: new Date().toUTCString(),
  }),
  body: new Blob([JSON.stringify(body)]).stream(),
})

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
