import type { KubernetesObject } from './kubernetes-object.ts'
import type { Origin } from './origin.ts'

/** Everything that one synth makes for one environment: one top folder of the deploy branch. */
export interface Rendering {
  readonly environment: string
  /**
   * Oldest Kubernetes minor that the environment runs, as `'1.31'`.
   *
   * @default - nothing is known about it
   */
  readonly targetVersion?: string
  /**
   * Objects that the manifests refer to and something else makes, as `ServiceAccount shop/legacy`.
   *
   * @default - none
   */
  readonly external?: readonly string[]
  /**
   * Zones that its nodes are in.
   *
   * @default - nothing is known about them
   */
  readonly zones?: number
  readonly files: readonly RenderedFile[]
}

export interface RenderedFile {
  /**
   * Below the environment's folder, with forward slashes: `workloads/shop/web/deployment.apps-web.yaml`.
   * Of an object it is its `objectPath`, by which it is found again.
   */
  readonly path: string
  /** Exact content, ending in a line break. */
  readonly text: string
  /**
   * What Git calls that content where it names objects by SHA-1; absent if nobody has computed it. Not
   * enumerable, so that no copy with another text has it.
   */
  readonly sha1BlobId?: string
  /** The app that it belongs to, as `<namespace>/<app>`. */
  readonly app: string
  /**
   * The Kubernetes object inside; absent for files that are not synced, as a rollout's plan. It may
   * be read only when it is asked for, so ask for no more than you need.
   */
  readonly object?: KubernetesObject
  readonly origin?: Origin
}
