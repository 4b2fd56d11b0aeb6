import { approvalOf } from './approvals.ts'
import { reasonOnBranch } from './live-abort.ts'
import type { NextProps } from './next-props.ts'
import type { Abort, Rollout } from './record.ts'
import { holdEndsAtMs } from './step-hold.ts'

/** Why a rollout must not go on; `undefined` if it may. The first reason that there is. */
export function abortReason(props: NextProps, rollout: Rollout): Omit<Abort, 'at'> | undefined {
  const { record, observation, tampered } = props
  const { abortedLive } = observation ?? {}
  if (abortedLive !== undefined) return { reason: reasonOnBranch(abortedLive), holdsBack: true }
  if (tampered !== undefined) return { reason: tampered, holdsBack: true }
  if (rollout.stage.phase === 'progressing') {
    const { queued } = record
    if (queued?.revision === rollout.base) {
      return { reason: `${rollout.base} was published again`, holdsBack: false }
    }
    if (queued !== undefined) {
      return { reason: `${queued.revision} was published meanwhile`, holdsBack: false }
    }
  }
  const reason = failureOf(props, rollout)
  return reason === undefined ? undefined : { reason, holdsBack: true }
}

function failureOf(props: NextProps, rollout: Rollout): string | undefined {
  return seenFailure(props, rollout) ?? lateness(props, rollout)
}

function seenFailure({ observation, plan }: NextProps, rollout: Rollout): string | undefined {
  if (observation === undefined) return undefined
  const { verdicts, canary, stable } = observation
  const failed = rollout.isRollback ? undefined : verdicts.find(({ outcome }) => outcome === 'fail')
  if (failed !== undefined) return failed.reason
  if (canary.failure !== undefined) return canary.failure
  if (rollout.stage.phase === 'promoting' && stable.failure !== undefined) return stable.failure
  return withoutData({ observation, plan }, rollout)
}

/** Metrics whose missing data means to go back, once the step has been held for as long as it should. */
function withoutData(
  { observation, plan }: Pick<NextProps, 'observation' | 'plan'>,
  rollout: Rollout,
): string | undefined {
  if (observation === undefined || rollout.isRollback) return undefined
  const endsAtMs = holdEndsAtMs(plan, rollout, observation)
  if (endsAtMs === undefined || observation.atMs < endsAtMs) return undefined
  const policies = new Map(plan.spec.analysis.map(({ name, noData }) => [name, noData]))
  return observation.verdicts.find(
    ({ metric, outcome }) => outcome === 'inconclusive' && policies.get(metric) === 'abort',
  )?.reason
}

function lateness(props: NextProps, rollout: Rollout): string | undefined {
  const { plan, nowMs } = props
  if (rollout.stage.phase !== 'progressing') return undefined
  const deadlineMs = Date.parse(rollout.startedAt) + plan.spec.deadlineSeconds * 1000
  if (nowMs >= deadlineMs) {
    return `it was not promoted within ${plan.spec.deadlineSeconds} s of its start`
  }
  const { awaiting } = rollout
  const approval = awaiting && approvalOf(plan, awaiting)
  if (awaiting === undefined || approval?.onTimeout !== 'abort') return undefined
  const endsAtMs = Date.parse(awaiting.since) + approval.deadlineSeconds * 1000
  if (nowMs < endsAtMs) return undefined
  return `${approval.role} did not approve step ${awaiting.step} within ${approval.deadlineSeconds} s`
}
