import { groupOf } from './identity.ts'
import { isRecord, type KubernetesObject } from './kubernetes-object.ts'

/** Kinds that make pods, their groups, and where in them the pod template lies. */
const TEMPLATES: ReadonlyMap<string, { readonly group: string; readonly path: readonly string[] }> =
  new Map(
    Object.entries({
      Deployment: { group: 'apps', path: ['spec', 'template'] },
      StatefulSet: { group: 'apps', path: ['spec', 'template'] },
      DaemonSet: { group: 'apps', path: ['spec', 'template'] },
      ReplicaSet: { group: 'apps', path: ['spec', 'template'] },
      ReplicationController: { group: '', path: ['spec', 'template'] },
      Job: { group: 'batch', path: ['spec', 'template'] },
      CronJob: { group: 'batch', path: ['spec', 'jobTemplate', 'spec', 'template'] },
      Pod: { group: '', path: [] },
    }),
  )

/** Where the pod template of this kind lies, as a list of fields; `undefined` if it makes no pods. */
export function podTemplatePath({
  apiVersion,
  kind,
}: KubernetesObject): readonly string[] | undefined {
  const template = TEMPLATES.get(kind)
  return template?.group === groupOf(apiVersion) ? template.path : undefined
}

/** The pod template (`metadata`, `spec`) of a workload, the object itself for a bare Pod. */
export function podTemplateOf(
  object: KubernetesObject,
): Readonly<Record<string, unknown>> | undefined {
  let value: unknown = object
  const path = podTemplatePath(object)
  if (path === undefined) return undefined
  for (const field of path) value = isRecord(value) ? value[field] : undefined
  return isRecord(value) ? value : undefined
}
