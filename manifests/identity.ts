import type { KubernetesObject } from './kubernetes-object.ts'
import { isClusterScoped } from './scope.ts'

/**
 * What the API server tells two objects apart by. The version is not part of it: `apps/v1` and
 * `apps/v1beta1` of one name are one object.
 */
export interface Identity {
  /** API group; empty for the core group. */
  readonly group: string
  readonly kind: string
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string
  readonly name: string
}

/** The group part of an `apiVersion`; empty for the core group (`v1`). */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

export function identityOf(object: KubernetesObject): Identity {
  const group = groupOf(object.apiVersion)
  const { name, namespace } = object.metadata
  const { kind } = object
  if (isClusterScoped(group, kind)) return { group, kind, name }
  return namespace === undefined ? { group, kind, name } : { group, kind, namespace, name }
}

/** One line for people, unique per identity: `Deployment.apps shop/checkout`. */
export function describeIdentity({ group, kind, namespace, name }: Identity): string {
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`
  return `${qualifiedKind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}
