import { describeIdentity, identityOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { observeRollout, type SeenRollout } from '../../rollouts/observe-rollout.ts'
import type { LeftRequests } from '../../rollouts/observe-traffic.ts'
import { type ObservedFiles, objectsToRead } from '../../rollouts/observed-objects.ts'
import type { Rollout } from '../../rollouts/record.ts'

/** When the last of it was applied. */
export const APPLIED = '2026-11-21T00:10:00Z'

export interface LiveWorldProps extends ObservedFiles {
  readonly rollout?: Rollout
}

/**
 * What a cluster has once everything is done that the branch says: defaults filled in, generations
 * seen, pods ready, the route accepted. Anything can then be changed, by path.
 */
export class LiveWorld {
  /** Long after everything has settled. */
  atMs = Date.parse('2026-11-21T01:00:00Z')
  readonly objects: Map<string, KubernetesObject>
  readonly #props: LiveWorldProps

  constructor(props: LiveWorldProps) {
    this.#props = props
    this.objects = new Map(
      props.files.flatMap(({ object }) =>
        object === undefined ? [] : [[nameOf(object), applied(object)]],
      ),
    )
    for (const object of [...this.objects.values()]) this.#autoscale(object)
  }

  /** `undefined` as value takes the field away. A path is a list where keys have dots. */
  set(name: string, path: string | readonly string[], value: unknown): this {
    const keys = typeof path === 'string' ? path.split('.') : [...path]
    const last = keys.pop()!
    let parent = this.#find(name) as unknown as Record<string, unknown>
    for (const key of keys) {
      parent[key] ??= {}
      parent = parent[key] as Record<string, unknown>
    }
    if (value === undefined) delete parent[last]
    else parent[last] = value
    return this
  }

  remove(name: string): this {
    this.#find(name)
    this.objects.delete(name)
    return this
  }

  observe(canaryRequestsPerSecond?: LeftRequests): SeenRollout {
    const objects = objectsToRead(this.#props).map((identity) =>
      this.objects.get(describeIdentity(identity)),
    )
    return observeRollout({
      ...this.#props,
      live: { atMs: this.atMs, objects },
      ...(canaryRequestsPerSecond !== undefined && { canaryRequestsPerSecond }),
    })
  }

  /** Everything that is missing, of whatever. */
  missing(): readonly string[] {
    const { stable, canary, traffic } = this.observe()
    return [...stable.missing, ...canary.missing, ...traffic.missing]
  }

  #find(name: string): KubernetesObject {
    const found = this.objects.get(name)
    if (found === undefined) throw new Error(`There is no ${name} in [${[...this.objects.keys()]}]`)
    return found
  }

  /** As many pods as the autoscaler of a Deployment asks for at least. */
  #autoscale({ kind, spec }: KubernetesObject): void {
    if (kind !== 'HorizontalPodAutoscaler') return
    const { scaleTargetRef, minReplicas } = spec as {
      scaleTargetRef: { name: string }
      minReplicas: number
    }
    this.scale(`Deployment.apps shop/${scaleTargetRef.name}`, minReplicas)
  }

  /** Pods of the newest template, all ready. */
  scale(name: string, replicas: number): this {
    return this.set(name, 'spec.replicas', replicas)
      .set(name, 'status.replicas', replicas)
      .set(name, 'status.updatedReplicas', replicas)
      .set(name, 'status.readyReplicas', replicas)
  }
}

const nameOf = (object: KubernetesObject): string => describeIdentity(identityOf(object))

const MANAGER = { manager: 'kustomize-controller', operation: 'Apply', time: APPLIED }
const STATUS_MANAGER = { manager: 'its-controller', operation: 'Update', subresource: 'status' }

function applied(branch: KubernetesObject): KubernetesObject {
  const object = structuredClone(branch)
  return {
    ...object,
    metadata: {
      ...object.metadata,
      generation: 7,
      managedFields: [
        { ...MANAGER, fieldsV1: { 'f:metadata': {}, 'f:spec': { 'f:anything': {} } } },
        { ...STATUS_MANAGER, time: APPLIED, fieldsV1: { 'f:status': { 'f:anything': {} } } },
      ],
    },
    ...grown(object),
  }
}

/** What defaults and controllers add. */
function grown({ kind, spec }: KubernetesObject): Partial<KubernetesObject> {
  const said = spec as Record<string, unknown> | undefined
  if (kind === 'Deployment') {
    const replicas = (said?.replicas as number | undefined) ?? 1
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas }
    return {
      spec: { ...said, replicas, revisionHistoryLimit: 10 },
      status: { observedGeneration: 7, ...counts },
    }
  }
  if (kind === 'Service') return { spec: { ...said, clusterIP: '10.0.0.7', type: 'ClusterIP' } }
  if (kind !== 'HTTPRoute') return {}
  const parents = (said?.parentRefs ?? []) as readonly object[]
  return { status: { parents: parents.map(acceptedBy) } }
}

const acceptedBy = (parentRef: object) => ({
  parentRef,
  controllerName: 'gateway.example.com/controller',
  conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration: 7,
    lastTransitionTime: '2026-11-01T00:00:00Z',
  })),
})
