import { abortRollout } from './abort.ts'
import { abortReason } from './abort-reason.ts'
import { begin } from './begin.ts'
import type { Decision } from './decision.ts'
import { endAbort } from './end-abort.ts'
import type { NextProps } from './next-props.ts'
import { progress } from './progress.ts'
import { promotion } from './promotion.ts'
import { neededPods, raise } from './raise.ts'
import { unsettled } from './unsettled-abort.ts'

/**
 * What is to be done now about the rollouts of an app. Pure: the same record and the same observation
 * always give the same decision, so it may be asked as often as anybody likes.
 *
 * Abort comes before everything, and nothing stands in its way. Without an observation nothing goes
 * forward.
 */
export const next = (props: NextProps): Decision => decide(withNote(props))

/** What is noted in the cluster goes into the record with whatever is committed next. */
function withNote(props: NextProps): NextProps {
  const { record, observation } = props
  const { abortedLive } = observation ?? {}
  if (abortedLive === undefined) return props
  return { ...props, record: { ...record, unsettled: unsettled(abortedLive) } }
}

function decide(props: NextProps): Decision {
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
