import { abortSection, withoutAborted } from './abort.ts'
import type { Decision } from './decision.ts'
import type { LiveAbort } from './live-abort.ts'
import { moved } from './moved.ts'
import type { NextProps } from './next-props.ts'
import type { Rollout, Stage } from './record.ts'

type Aborting = Extract<Stage, { readonly phase: 'aborting' }>

/** What follows the first commit of an abort. Capacity goes when no request can need it any more. */
export function endAbort(
  { plan, record, observation, tampered, nowMs }: NextProps,
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
  // What was suspended for that does not follow the branch, so there is nothing to wait for.
  const { abortedLive, canary } = observation
  if (abortedLive?.replicas !== undefined && canary.desired === 0) {
    return {
      kind: 'move',
      action: 'abort-finish',
      record: withoutAborted(record, rollout),
      evidence: [
        'the canary was taken away in the cluster, once stable had its pods',
        unsettledReason(abortedLive),
      ],
    }
  }
  const unsettled = abortedLive === undefined ? [] : [unsettledReason(abortedLive)]
  // Stable may be sick: requests go there all the same, and none to the canary.
  const reasons = [...unsettled, ...traffic.missing]
  if (reasons.length > 0) return { kind: 'wait', reasons }
  return {
    kind: 'move',
    action: 'abort-finish',
    record: withoutAborted(record, rollout),
    evidence: ['all requests are answered by stable'],
  }
}

/**
 * Nothing from the branch gets past what is suspended until somebody gives that back, and at rest nobody would
 * be told.
 */
function unsettledReason({ app, syncs }: LiveAbort): string {
  const names = syncs.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
  const what = names.length === 0 ? 'takes away its note' : `gives back ${names.join(' and ')}`
  return `it was aborted in the cluster, which nobody has settled: lockstep rollout settle ${app} ${what}`
}
