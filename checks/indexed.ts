import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** An object and its place in the checked list. */
export interface Indexed {
  readonly index: number
  readonly object: KubernetesObject
}
