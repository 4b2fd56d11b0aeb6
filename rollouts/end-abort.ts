import { abortSection, withoutAborted } from './abort.ts'
import type { Decision, Move } from './decision.ts'
import { moved } from './moved.ts'
import type { NextProps } from './next-props.ts'
import type { RecordSpec, Rollout, Stage } from './record.ts'
import { unsettledReason } from './unsettled-abort.ts'

type Aborting = Extract<Stage, { readonly phase: 'aborting' }>

/** What follows the first commit of an abort. Capacity goes when no request can need it any more. */
export function endAbort(
  { environment, plan, record, observation, tampered, nowMs }: NextProps,
  rollout: Rollout,
  stage: Aborting,
): Decision {
  if (observation === undefined) return { kind: 'wait', reasons: ['what runs cannot be seen'] }
  // Somebody who mends stable by hand meanwhile must not lose it to the end of an abort.
  if (tampered !== undefined) {
    return { kind: 'wait', reasons: [`${tampered}, and nothing is written over it`] }
  }
  const { stable, traffic } = observation
  if (stage.part === 'template') {
    if (stable.missing.length > 0) return { kind: 'wait', reasons: stable.missing }
    const section = abortSection(plan.spec.router.type, 'traffic')
    return {
      kind: 'move',
      action: 'abort-shift',
      record: {
        ...record,
        rollout: moved(rollout, { stage: { ...stage, part: 'traffic' }, section, nowMs }),
      },
      evidence: [`${stable.ready} pods of stable run ${rollout.base}`],
    }
  }
  const { abortedLive, canary } = observation
  const open = abortedLive === undefined ? [] : [unsettledReason(abortedLive, environment)]
  // What was suspended for that does not follow the branch, so there is nothing to wait for.
  if (abortedLive?.replicas !== undefined && canary.desired === 0) {
    const taken = 'the canary was taken away in the cluster, once stable had its pods'
    return finished(withoutAborted(record, rollout), [taken, ...open])
  }
  // Stable may be sick: requests go there all the same, and none to the canary.
  const reasons = [...open, ...traffic.missing]
  if (reasons.length > 0) return { kind: 'wait', reasons }
  // What the branch says was seen, so nothing keeps it from the cluster any more.
  const { unsettled: _, ...rest } = withoutAborted(record, rollout)
  return finished(rest, ['all requests are answered by stable'])
}

const finished = (record: RecordSpec, evidence: readonly string[]): Move => ({
  kind: 'move',
  action: 'abort-finish',
  record,
  evidence,
})
