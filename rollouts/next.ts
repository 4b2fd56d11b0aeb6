import { abortRollout } from './abort.ts'
import { abortReason } from './abort-reason.ts'
import { begin } from './begin.ts'
import type { Closure, Decision } from './decision.ts'
import { endAbort } from './end-abort.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import { progress } from './progress.ts'
import { promotion } from './promotion.ts'
import { neededPods, raise } from './raise.ts'
import type { RecordSpec } from './record.ts'

export interface NextProps {
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

/**
 * What is to be done now about the rollouts of an app. Pure: the same record and the same observation
 * always give the same decision, so it may be asked as often as anybody likes.
 *
 * Abort comes before everything, and nothing stands in its way. Without an observation nothing goes
 * forward.
 */
export function next(props: NextProps): Decision {
  const { plan, record, observation, nowMs } = props
  const { rollout } = record
  if (rollout === undefined) return begin(props)
  if (rollout.stage.phase === 'aborting') return endAbort(props, rollout, rollout.stage)
  const abort = abortReason(props, rollout)
  if (abort !== undefined) {
    const isTampered = props.tampered !== undefined
    return abortRollout({ plan, record, rollout, abort, isTampered, nowMs })
  }
  if (observation === undefined) return { kind: 'wait', reasons: ['what runs cannot be seen'] }
  const need = neededPods(plan, rollout, observation)
  if (need > rollout.need) return raise(record, rollout, need)
  if (rollout.stage.phase === 'progressing') {
    return progress({ ...props, observation }, rollout, rollout.stage)
  }
  return promotion({ ...props, observation }, rollout, rollout.stage)
}
