import { at, type Fields, fields, items, text } from '../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Labels } from '../manifests/label-selector.ts'
import { podTemplatePath } from '../manifests/pod-template.ts'

/** An object that makes pods, with its template at hand. */
export interface Workload {
  readonly index: number
  readonly object: KubernetesObject
  readonly kind: string
  readonly name: string
  readonly namespace: string
  /** Labels that its pods get. */
  readonly podLabels: Labels
  readonly podAnnotations: Labels
  /** `spec` of its pod template. */
  readonly podSpec: Fields
  /** Where `podSpec` lies: `spec.template.spec`. */
  readonly podField: string
  readonly containers: readonly Container[]
  /** Whether its pods are meant to run until somebody stops them; pods of a Job end by themselves. */
  readonly isLongRunning: boolean
}

export interface Container {
  /** `sidecar`: an init container that keeps running beside the main ones (`restartPolicy: Always`). */
  readonly role: 'main' | 'sidecar' | 'init'
  readonly name: string
  /** Where it lies: `spec.template.spec.containers[0]`. */
  readonly field: string
  readonly spec: Fields
}

/** The object as a workload; `undefined` if it makes no pods. */
export function asWorkload(object: KubernetesObject, index: number): Workload | undefined {
  const path = podTemplatePath(object) ?? customTemplatePath(object)
  if (path === undefined) return undefined
  const template = at(object, ...path)
  if (!isRecord(template) || !isRecord(template.spec)) return undefined
  const podField = [...path, 'spec'].join('.')
  const { kind } = object
  return {
    index,
    object,
    kind,
    name: object.metadata.name,
    namespace: namespaceOf(object),
    podLabels: fields(at(template, 'metadata', 'labels')) as Labels,
    podAnnotations: fields(at(template, 'metadata', 'annotations')) as Labels,
    podSpec: template.spec,
    podField,
    containers: containersOf(template.spec, podField),
    isLongRunning:
      kind !== 'Job' &&
      kind !== 'CronJob' &&
      (kind !== 'Pod' || (text(template.spec.restartPolicy) ?? 'Always') === 'Always'),
  }
}

/** Namespace of an object, where a missing one means `default`, as for `kubectl` without context. */
export const namespaceOf = ({ metadata }: KubernetesObject): string =>
  text(metadata.namespace) ?? 'default'

/** Controllers of others (Argo Rollouts, OpenKruise) keep a pod template where a Deployment does. */
function customTemplatePath(object: KubernetesObject): readonly string[] | undefined {
  const containers = at(object, 'spec', 'template', 'spec', 'containers')
  return Array.isArray(containers) ? ['spec', 'template'] : undefined
}

function containersOf(podSpec: Fields, podField: string): readonly Container[] {
  const main = items(podSpec.containers).map((spec, index) =>
    asContainer('main', `${podField}.containers[${index}]`, spec),
  )
  if (podSpec.initContainers === undefined) return main
  const init = items(podSpec.initContainers).map((spec, index) =>
    asContainer(
      at(spec, 'restartPolicy') === 'Always' ? 'sidecar' : 'init',
      `${podField}.initContainers[${index}]`,
      spec,
    ),
  )
  return [...main, ...init]
}

function asContainer(role: Container['role'], field: string, value: unknown): Container {
  const spec = fields(value)
  return { role, field, spec, name: text(spec.name) ?? '' }
}
