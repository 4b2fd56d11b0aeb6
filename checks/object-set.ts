import { at } from '../manifests/fields.ts'
import { groupOf, type Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { isClusterScoped } from '../manifests/scope.ts'
import { ExternalObjects } from './external.ts'
import type { Indexed } from './indexed.ts'
import { KindIndex } from './kind-index.ts'
import { PodIndex } from './pod-index.ts'
import { asWorkload, namespaceOf, type Workload } from './workload.ts'

/** What is known of the cluster that the objects will live in. */
export interface Surroundings {
  /**
   * Objects that exist although nobody here makes them: `Service shared/*`.
   *
   * @default - none
   */
  readonly external?: readonly string[] | undefined
  /**
   * Kubernetes minors that the objects are meant for, as `1.31`.
   *
   * @default - what every supported minor has in common
   */
  readonly targetVersions?: readonly string[] | undefined
  /**
   * Zones that the nodes of the cluster are in.
   *
   * @default 3
   */
  readonly zones?: number | undefined
}

const NONE: readonly Indexed[] = Object.freeze([])

/** The objects of one environment, indexed once for all rules. */
export class ObjectSet {
  readonly objects: readonly KubernetesObject[]
  readonly workloads: readonly Workload[]
  readonly pods: PodIndex
  readonly external: ExternalObjects
  readonly targetVersions: readonly string[]
  readonly zones: number
  /** By group, then by kind. */
  readonly #groups = new Map<string, Map<string, KindIndex>>()
  /** The same by `apiVersion`, so that the group is cut out of it once and not for each object. */
  readonly #versions = new Map<string, Map<string, KindIndex>>()
  readonly #byTarget = new Map<string, Workload>()
  readonly #selecting = new Map<string, ReadonlyMap<Workload, readonly Indexed[]>>()

  /** @throws {InvalidExternalError} */
  constructor(objects: readonly KubernetesObject[], surroundings: Surroundings = {}) {
    this.objects = objects
    this.external = new ExternalObjects(surroundings.external)
    this.targetVersions = surroundings.targetVersions ?? []
    this.zones = surroundings.zones ?? 3
    const workloads: Workload[] = []
    objects.forEach((object, index) => {
      this.#add(object, index)
      const workload = asWorkload(object, index)
      if (workload === undefined) return
      workloads.push(workload)
      this.#byTarget.set(targetKey(workload.namespace, workload.kind, workload.name), workload)
    })
    this.workloads = workloads
    this.pods = new PodIndex(workloads)
  }

  /** All objects of a kind, with their indexes. `group` is empty for the core group. */
  ofKind(group: string, kind: string): readonly Indexed[] {
    return this.#groups.get(group)?.get(kind)?.objects ?? NONE
  }

  /** The object of this name; `namespace` means nothing for kinds outside of namespaces. */
  find(group: string, kind: string, namespace: string, name: string): Indexed | undefined {
    return this.#groups.get(group)?.get(kind)?.find(namespace, name)
  }

  /** Whether an object is here, or is declared to exist elsewhere. */
  has({ group, kind, namespace = 'default', name }: Identity): boolean {
    if (this.find(group, kind, namespace, name) !== undefined) return true
    const outside = isClusterScoped(group, kind)
    return this.external.has(outside ? { group, kind, name } : { group, kind, namespace, name })
  }

  /** PodDisruptionBudgets that select the pods of a workload. */
  budgetsOf(workload: Workload): readonly Indexed[] {
    return this.#selectingPods('policy', 'PodDisruptionBudget', 'selector').get(workload) ?? NONE
  }

  /** NetworkPolicies that select the pods of a workload. */
  networkPoliciesOf(workload: Workload): readonly Indexed[] {
    return (
      this.#selectingPods('networking.k8s.io', 'NetworkPolicy', 'podSelector').get(workload) ?? NONE
    )
  }

  /** Services that select the pods of a workload. */
  servicesOf(workload: Workload): readonly Indexed[] {
    return this.#selectingPods('', 'Service', 'selector').get(workload) ?? NONE
  }

  /** The workload that an autoscaler in `namespace` means by its `scaleTargetRef` or `targetRef`. */
  targetOf(namespace: string, ref: unknown): Workload | undefined {
    return this.#byTarget.get(
      targetKey(namespace, String(at(ref, 'kind')), String(at(ref, 'name'))),
    )
  }

  /** HorizontalPodAutoscalers and KEDA ScaledObjects that scale a workload. */
  autoscalersOf({ object, namespace, name }: Workload): readonly Indexed[] {
    return this.#scalersByTarget().get(targetKey(namespace, object.kind, name)) ?? NONE
  }

  #scalers: ReadonlyMap<string, readonly Indexed[]> | undefined

  #scalersByTarget(): ReadonlyMap<string, readonly Indexed[]> {
    if (this.#scalers !== undefined) return this.#scalers
    const byTarget = new Map<string, Indexed[]>()
    const scalers = [
      ...this.ofKind('autoscaling', 'HorizontalPodAutoscaler'),
      ...this.ofKind('keda.sh', 'ScaledObject'),
    ]
    for (const scaler of scalers) {
      const target = at(scaler.object, 'spec', 'scaleTargetRef')
      const kind = String(at(target, 'kind') ?? 'Deployment')
      const key = targetKey(namespaceOf(scaler.object), kind, String(at(target, 'name')))
      push(byTarget, key, scaler)
    }
    this.#scalers = byTarget
    return byTarget
  }

  #selectingPods(
    group: string,
    kind: string,
    selectorField: string,
  ): ReadonlyMap<Workload, readonly Indexed[]> {
    const known = this.#selecting.get(kind)
    if (known !== undefined) return known
    const selecting = new Map<Workload, Indexed[]>()
    for (const selecter of this.ofKind(group, kind)) {
      const selector = at(selecter.object, 'spec', selectorField)
      const namespace = namespaceOf(selecter.object)
      const selected =
        kind === 'Service'
          ? this.pods.selectedByMap(namespace, selector)
          : this.pods.selectedBy(namespace, selector)
      for (const workload of selected) push(selecting, workload, selecter)
    }
    this.#selecting.set(kind, selecting)
    return selecting
  }

  #add(object: KubernetesObject, index: number): void {
    const { apiVersion, kind } = object
    const kinds = this.#versions.get(apiVersion) ?? this.#newVersion(apiVersion)
    let objects = kinds.get(kind)
    if (objects === undefined) {
      objects = new KindIndex(groupOf(apiVersion), kind)
      kinds.set(kind, objects)
    }
    objects.objects.push({ index, object })
  }

  /** Versions of a group share its kinds: their objects are the same to the API server. */
  #newVersion(apiVersion: string): Map<string, KindIndex> {
    const group = groupOf(apiVersion)
    const kinds = this.#groups.get(group) ?? new Map<string, KindIndex>()
    this.#groups.set(group, kinds)
    this.#versions.set(apiVersion, kinds)
    return kinds
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

const targetKey = (namespace: string, kind: string, name: string) => `${namespace}/${kind}/${name}`
