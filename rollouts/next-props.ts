import type { Closure } from './decision.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec } from './record.ts'

/** What `next` decides upon. */
export interface NextProps {
  /** That the app is in, for commands that a reason names. */
  readonly environment: string
  /** Of the rollout in flight, which is the candidate's; at rest that of the revision queued. */
  readonly plan: RolloutPlan
  readonly record: RecordSpec
  /** The revision that is stable on the branch, as it is published. */
  readonly stable: string
  /** What was seen; absent if nothing can be seen now. */
  readonly observation?: Observation
  /** What stands against going on; absent if nothing does. */
  readonly closure?: Closure
  /** Who has changed the files of the rollout by hand, and what, as a sentence; absent if nobody has. */
  readonly tampered?: string
  /** Milliseconds since 1970, by the clock of the cluster where that can be seen. */
  readonly nowMs: number
}
