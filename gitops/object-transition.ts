import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** One object that a publish touches, before and after. */
export interface ObjectTransition {
  /** As `Deployment.apps shop/web`. */
  readonly object: string
  /** The app that has it, `<namespace>/<app>`. */
  readonly app: string
  /** As it is on the branch; absent if it is new. */
  readonly before?: Located
  /** As it will be; absent if it goes. */
  readonly after?: Located
  /** Whether the file before was somebody else's, which is taken over. */
  readonly adopted: boolean
}

export interface Located {
  readonly object: KubernetesObject
  /** Below the environment's folder. */
  readonly path: string
}
