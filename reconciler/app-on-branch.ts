import type { RecentCommit } from '../gitops/tampered.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import type { Rendition } from '../rollouts/rendition.ts'

/** A canaried app that has something to do, as it is on the deploy branch. */
export interface AppOnBranch {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly environment: string
  readonly record: RolloutRecord
  /** The commit that was read. */
  readonly commit: string
  /** The newest commits that have changed rollouts of the environment, newest first. */
  readonly recent: readonly RecentCommit[]
  /** Blob ids of all that it has on the branch, by path. Who finds others has seen another state. */
  readonly ids: ReadonlyMap<string, string>
  /** That of the candidate in flight, or of the revision queued; at rest that of the app. */
  readonly plan: RolloutPlan
  /** The revision that is stable. In flight, the one that was stable when the rollout started. */
  readonly stable: string
  /** Synced files and plan of the app: in flight as they are rendered, at rest as they are. */
  readonly files: readonly RenderedFile[]
  /**
   * What the branch keeps, by revision; and at rest the app as it is, under its own revision, unless
   * somebody has changed it by hand.
   */
  readonly renditions: ReadonlyMap<string, Rendition>
  /** Who has changed its files by hand, and what; absent if nobody has. */
  readonly tampered?: string
}
