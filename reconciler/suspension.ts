import type { Identity } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { ObjectPatch } from './cluster-objects.ts'

/** How one kind of sync is kept from applying anything. */
export interface Suspension {
  isSuspended(sync: KubernetesObject): boolean
  /** Why it would not stay suspended whatever is done, as a sentence; `undefined` if it would. */
  contested(sync: KubernetesObject): string | undefined
  /**
   * Whether manifests that somebody applies to it say whether it is suspended: they would put it back.
   */
  isDeclared(sync: KubernetesObject): boolean
  /** Whether it is in the middle of applying something, which a suspension does not end. */
  isApplying(sync: KubernetesObject): boolean
  /** What it has applied. */
  applied(sync: KubernetesObject): readonly Pick<Identity, 'kind' | 'namespace' | 'name'>[]
  readonly suspend: ObjectPatch
  /** Gives it back, to apply what is newest then. */
  readonly resume: ObjectPatch
}
