import type { GitRemote } from '../../gitops/git-remote.ts'
import { at, fields, items } from '../../manifests/fields.ts'
import { describeIdentity, type Identity, identityOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { readManifests } from '../../manifests/read-yaml.ts'
import type { LiveObjects, LiveState, LiveSyncs } from '../../rollouts/live-state.ts'

export interface ImaginedClusterProps {
  readonly remote: GitRemote
  readonly branch: string
  readonly environment: string
}

/**
 * A cluster in memory that a branch is synced to: Deployments whose pods are ready a look later, and
 * a gateway that accepts every route. Its clock moves by itself, with each look. What it
 * promises about status is what the API documents; the real one is in `test/control-plane`.
 */
export class ImaginedCluster implements LiveState {
  /** Names of Deployments whose pods never get ready. */
  readonly stuck = new Set<string>()
  /** Images that cannot be had any more, so that no pod of them gets ready. */
  readonly goneImages = new Set<string>()
  nowMs = Date.parse('2026-11-21T00:00:00Z')
  /** How far the clock goes on with each look. */
  lookMs = 10_000
  /** Whether the sync follows the branch. */
  isSynced = true
  /** Why nothing can be seen; absent if it can. */
  failure: Error | undefined
  /** What applies the branch; absent if nobody can see that. */
  syncs?: LiveSyncs
  readonly #props: ImaginedClusterProps
  readonly #objects = new Map<string, KubernetesObject>()

  constructor(props: ImaginedClusterProps) {
    this.#props = props
  }

  async read(identities: readonly Identity[], signal?: AbortSignal): Promise<LiveObjects> {
    signal?.throwIfAborted()
    if (this.failure !== undefined) throw this.failure
    this.nowMs += this.lookMs
    const objects = identities.map((identity) => this.#objects.get(describeIdentity(identity)))
    return { atMs: this.nowMs, objects: objects.map((object) => structuredClone(object)) }
  }

  /** Applies what is on the branch now, and lets controllers do their work. */
  async sync(): Promise<void> {
    const { remote, branch, environment } = this.#props
    const tip = this.isSynced ? await remote.tip(branch) : undefined
    if (tip !== undefined) {
      const tree = await remote.files(tip, environment)
      const synced = [...tree].filter(([path]) => /^(workloads|traffic)\/.*\.yaml$/.test(path))
      const texts = await remote.contents(synced.map(([, { id }]) => id))
      this.#apply(
        synced.flatMap(([path, { id }]) =>
          readManifests(texts.get(id) ?? '', path).flatMap(({ object }) => object ?? []),
        ),
      )
    }
    for (const object of this.#objects.values()) this.#control(object)
  }

  live(kind: string, name: string): KubernetesObject | undefined {
    return [...this.#objects.values()].find(
      (object) => object.kind === kind && object.metadata.name === name,
    )
  }

  /** Share of the requests that the live route gives to the canary. */
  weight(route: string): number {
    const rules = items(at(this.live('HTTPRoute', route), 'spec', 'rules')).map(fields)
    const backends = items(rules.at(-1)?.backendRefs).map(fields)
    return Number(backends.find(({ name }) => String(name).endsWith('-canary'))?.weight ?? 0)
  }

  #apply(objects: readonly KubernetesObject[]): void {
    const names = new Set(objects.map((object) => describeIdentity(identityOf(object))))
    for (const name of this.#objects.keys()) if (!names.has(name)) this.#objects.delete(name)
    for (const object of objects) {
      const name = describeIdentity(identityOf(object))
      this.#objects.set(name, this.#applied(object, this.#objects.get(name)))
    }
  }

  #applied(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
    const isSame = JSON.stringify(before?.spec) === JSON.stringify(object.spec)
    const generation = Number(at(before, 'metadata', 'generation') ?? 0) + (isSame ? 0 : 1)
    const managedFields = isSame
      ? before?.metadata.managedFields
      : [
          {
            manager: 'kustomize-controller',
            operation: 'Apply',
            time: new Date(this.nowMs).toISOString(),
            fieldsV1: { 'f:spec': {} },
          },
        ]
    const creationTimestamp =
      before?.metadata.creationTimestamp ?? new Date(this.nowMs).toISOString()
    return {
      ...object,
      metadata: { ...object.metadata, generation, managedFields, creationTimestamp },
      ...(before?.status !== undefined && { status: before.status }),
    } as KubernetesObject
  }

  #control(object: KubernetesObject): void {
    const { generation } = object.metadata as { generation?: number }
    if (object.kind === 'Deployment') this.#runPods(object, generation ?? 0)
    if (object.kind === 'HTTPRoute') this.#accept(object, generation ?? 0)
  }

  #runPods(object: KubernetesObject, observedGeneration: number): void {
    const name = object.metadata.name
    const autoscaler = this.live('HorizontalPodAutoscaler', name)
    const spec = object.spec as { replicas?: number }
    spec.replicas ??= Number(at(autoscaler, 'spec', 'minReplicas') ?? 1)
    const isStuck = this.stuck.has(name) || this.goneImages.has(imageOf(object))
    const readyReplicas = isStuck ? 0 : spec.replicas
    Object.assign(object, {
      status: {
        observedGeneration,
        replicas: spec.replicas,
        updatedReplicas: spec.replicas,
        readyReplicas,
      },
    })
  }

  #accept(object: KubernetesObject, observedGeneration: number): void {
    const [parent] = items(at(object, 'status', 'parents'))
    const [said] = items(at(parent, 'conditions'))
    if (at(said, 'observedGeneration') === observedGeneration) return
    const parents = items(at(object, 'spec', 'parentRefs')).map((parentRef) => ({
      parentRef,
      controllerName: 'example.com/gateway',
      conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({
        type,
        status: 'True',
        observedGeneration,
        lastTransitionTime: new Date(this.nowMs - 1000).toISOString(),
      })),
    }))
    Object.assign(object, { status: { parents } })
  }
}

const imageOf = (deployment: KubernetesObject): string =>
  String(at(fields(items(at(deployment, 'spec', 'template', 'spec', 'containers'))[0]), 'image'))
