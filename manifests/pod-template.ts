import { identityOf } from './identity.ts'
import { isRecord, type KubernetesObject } from './kubernetes-object.ts'

/** Kinds that make pods, and where in them the pod template lies. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  '/ReplicationController': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  '/Pod': [],
}

/** Where the pod template of this kind lies, as a list of fields; `undefined` if it makes no pods. */
export function podTemplatePath(object: KubernetesObject): readonly string[] | undefined {
  const { group, kind } = identityOf(object)
  return TEMPLATE_PATHS[`${group}/${kind}`]
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
