import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** What people call an object: `Deployment shop/checkout`. */
export function objectName({ kind, metadata }: KubernetesObject): string {
  const { namespace, name } = metadata
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}
