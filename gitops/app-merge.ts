import type { RenderedFile } from '../manifests/rendering.ts'

/**
 * Decides what the files of one app on the branch should be. Publish and rollout steps must agree on
 * this, so everything that writes an app's files asks the same function.
 *
 * It sees the app only through what it is given, and is called again after every lost race.
 */
export type AppMerge = (app: AppToMerge) => MergedApp

export interface AppToMerge {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** What the app definitions say; empty if they no longer have the app. */
  readonly rendered: readonly RenderedFile[]
  /** Content of `rollouts/<namespace>/<app>/record.yaml` on the branch; `undefined` without one. */
  readonly record: string | undefined
}

export interface MergedApp {
  /** All files that the app is to have. Those that it has now and that are not here are pruned. */
  readonly files: readonly RenderedFile[]
  /**
   * Why what the app definitions say is not what the app gets, as a sentence without a full stop;
   * `undefined` if it is. Publish reports it.
   */
  readonly heldBack?: string
}

/** The app gets what the app definitions say, at once. */
export const plainMerge: AppMerge = ({ rendered }) => ({ files: rendered })
