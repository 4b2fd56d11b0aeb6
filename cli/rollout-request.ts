import type { RolloutRequest } from '../rollouts/acts.ts'
import type { ApprovalGate, Stage } from '../rollouts/record.ts'

/** What has to be known of an app to say what a person means who leaves something open. */
export interface KnownRollout {
  /** The gate that waits for an approval; absent if none does. */
  readonly awaiting?: ApprovalGate
  /** Revisions that were stable before, newest first. */
  readonly former: readonly string[]
}

export type RequestOf = (known: KnownRollout) => RolloutRequest

/** What came of a request. */
export interface Acted {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly environment: string
  /** What was committed; absent if it is so already. */
  readonly commit?: string
  /** Whose branch that is on, or who has committed it, for people. */
  readonly where: string
  /** Where the rollout is now; absent if it is over, or nobody here knows. */
  readonly stage?: Stage
  /** Who does what follows. */
  readonly nextLook: string
}
