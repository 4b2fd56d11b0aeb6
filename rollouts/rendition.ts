import type { RenderedFile } from '../manifests/rendering.ts'

/**
 * All files of an app as its definition says, at rest: one revision of it as it was published. The
 * branch keeps those that a rollout may still need, since neither is in the app's files while both
 * are in flight.
 */
export interface Rendition {
  readonly revision: string
  /** Synced files and the plan. */
  readonly files: readonly RenderedFile[]
}
