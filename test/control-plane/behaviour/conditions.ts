import { at, items, number } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'

/** All pods of a workload's newest revision are there and ready, and no other is. */
export function isRolledOut({ kind, metadata, spec, status }: KubernetesObject): boolean {
  const count = (field: string) => number(at(status, field)) ?? 0
  const replicas = number(at(spec, 'replicas')) ?? 1
  return (
    count('observedGeneration') >= (number(metadata.generation) ?? 1) &&
    count('updatedReplicas') === replicas &&
    count('replicas') === replicas &&
    count('readyReplicas') === replicas &&
    // Of a Deployment: ready for `minReadySeconds`.
    (kind === 'StatefulSet' || count('availableReplicas') === replicas)
  )
}

/** All pods that a workload is to have are ready. */
export const isReady = ({ spec, status }: KubernetesObject): boolean =>
  (number(at(status, 'readyReplicas')) ?? 0) === (number(at(spec, 'replicas')) ?? 1)

/** Its controller has counted the pods and found as many as it wants. */
export const isKept = ({ status }: KubernetesObject): boolean =>
  (number(at(status, 'expectedPods')) ?? 0) > 0 &&
  (number(at(status, 'currentHealthy')) ?? 0) >= (number(at(status, 'expectedPods')) ?? 0)

export const hasReplicas = (replicas: number) =>
  ({
    [`has ${replicas} replicas`]: ({ spec }: KubernetesObject): boolean =>
      at(spec, 'replicas') === replicas,
  })[`has ${replicas} replicas`] as (object: KubernetesObject) => boolean

/** A condition of its status is true, or whatever else is asked for. */
export const conditionOf = (
  object: KubernetesObject,
  type: string,
): Readonly<Record<string, unknown>> | undefined =>
  items(at(object.status, 'conditions')).find((it) => at(it, 'type') === type) as
    | Readonly<Record<string, unknown>>
    | undefined
