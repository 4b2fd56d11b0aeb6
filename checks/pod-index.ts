import { items } from '../manifests/fields.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { type Labels, selects } from '../manifests/label-selector.ts'
import type { Workload } from './workload.ts'

interface NamespacePods {
  readonly all: Workload[]
  /** By the key of a label, then by its value. */
  readonly byLabel: Map<string, Map<unknown, Workload[]>>
}

const NONE: readonly Workload[] = Object.freeze([])

/**
 * Finds the workloads whose pods a selector selects, in time that does not grow with the number of
 * workloads: by the rarest of the labels that it asks for.
 *
 * Labels that pods get only when they run (`statefulset.kubernetes.io/pod-name`) are taken as given
 * where the workload can have them.
 */
export class PodIndex {
  readonly #namespaces = new Map<string, NamespacePods>()

  constructor(workloads: readonly Workload[]) {
    for (const workload of workloads) this.#add(workload)
  }

  /** Workloads selected by a `LabelSelector`. A missing one selects nothing, an empty one everything. */
  selectedBy(namespace: string, selector: unknown): readonly Workload[] {
    if (!isRecord(selector)) return NONE
    const labels = isRecord(selector.matchLabels) ? (selector.matchLabels as Labels) : {}
    const found = this.#withLabels(namespace, labels)
    const expressions = items(selector.matchExpressions)
    if (expressions.length === 0) return found
    return found.filter(({ podLabels }) =>
      expressions.every(
        (expression) =>
          isRuntimeLabel(isRecord(expression) ? String(expression.key) : '') ||
          selects({ matchExpressions: [expression] }, podLabels),
      ),
    )
  }

  /** Workloads selected by a plain map of labels, as a Service's selector. Empty selects nothing. */
  selectedByMap(namespace: string, labels: unknown): readonly Workload[] {
    if (!isRecord(labels) || Object.keys(labels).length === 0) return NONE
    return this.#withLabels(namespace, labels as Labels)
  }

  #add(workload: Workload): void {
    let pods = this.#namespaces.get(workload.namespace)
    if (pods === undefined) {
      pods = { all: [], byLabel: new Map() }
      this.#namespaces.set(workload.namespace, pods)
    }
    pods.all.push(workload)
    for (const [key, value] of Object.entries(workload.podLabels)) {
      const values = pods.byLabel.get(key) ?? new Map<unknown, Workload[]>()
      pods.byLabel.set(key, values)
      const same = values.get(value)
      if (same === undefined) values.set(value, [workload])
      else same.push(workload)
    }
  }

  #withLabels(namespace: string, labels: Labels): readonly Workload[] {
    const pods = this.#namespaces.get(namespace)
    if (pods === undefined) return NONE
    const pairs = Object.entries(labels)
    let rarest: readonly Workload[] = pods.all
    for (const [key, value] of pairs) {
      if (isRuntimeLabel(key)) continue
      const candidates = pods.byLabel.get(key)?.get(value)
      if (candidates === undefined) return NONE
      if (candidates.length < rarest.length) rarest = candidates
    }
    return rarest.filter((workload) =>
      pairs.every(
        ([key, value]) =>
          workload.podLabels[key] === value ||
          (isRuntimeLabel(key) && canGetLabel(workload, key, value)),
      ),
    )
  }
}

/** Labels that controllers, the kubelet or Lockstep's elector put on a pod, never a template. */
const RUNTIME_LABELS: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-generation',
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
])

const isRuntimeLabel = (key: string): boolean =>
  RUNTIME_LABELS.has(key) || key.startsWith('lockstep.dev/')

function canGetLabel({ kind, name }: Workload, key: string, value: unknown): boolean {
  switch (key) {
    case 'statefulset.kubernetes.io/pod-name':
      return kind === 'StatefulSet' && /^\d+$/.test(String(value).slice(name.length + 1))
        ? String(value).startsWith(`${name}-`)
        : false
    case 'apps.kubernetes.io/pod-index':
      return kind === 'StatefulSet'
    case 'job-name':
    case 'batch.kubernetes.io/job-name':
      return kind === 'Job' || kind === 'CronJob'
    default:
      return true
  }
}
