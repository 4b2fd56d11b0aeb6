import { heldBack } from './abort.ts'
import type { Decision } from './decision.ts'
import { formerRevisions } from './former-revisions.ts'
import { moved } from './moved.ts'
import type { NextProps } from './next-props.ts'
import type { Observation } from './observation.ts'
import type { ForwardStage, RecordSpec, Rollout } from './record.ts'

type Ending = Exclude<ForwardStage, { readonly phase: 'progressing' }>

/** From the copy of the template to the end. Nothing but an abort stops it: there are no gates here. */
export function promotion(
  { plan, record, observation, nowMs }: NextProps & { readonly observation: Observation },
  rollout: Rollout,
  { phase }: Ending,
): Decision {
  const { stable, traffic } = observation
  if (phase === 'promoting') {
    if (stable.missing.length > 0) return { kind: 'wait', reasons: stable.missing }
    const section = plan.spec.router.type === 'replica-ratio' ? 'workloads' : 'traffic'
    const stage = { phase: 'shifting-back' } as const
    return {
      kind: 'move',
      action: 'shift-back',
      record: { ...record, rollout: moved(rollout, { stage, section, nowMs }) },
      evidence: [`${stable.ready} pods of stable run ${rollout.candidate}`],
    }
  }
  const missing = [...stable.missing, ...traffic.missing]
  if (missing.length > 0) return { kind: 'wait', reasons: missing }
  return {
    kind: 'move',
    action: 'finish',
    record: promoted(record, rollout),
    evidence: ['all requests are answered by stable'],
  }
}

/**
 * The record once the candidate is stable and nothing else is left of its rollout. Whatever was suspended
 * once follows the branch again, or it would not have come so far.
 */
function promoted(record: RecordSpec, { candidate, base, isRollback }: Rollout): RecordSpec {
  const { rollout: _, queued, unsettled: __, ...rest } = record
  const after: RecordSpec = {
    ...rest,
    ...(queued !== undefined && queued.revision !== candidate && { queued }),
    heldBack: record.heldBack.filter(({ revision }) => revision !== candidate),
    former: formerRevisions(record.former, { stable: candidate, before: base }),
  }
  if (!isRollback) return after
  // The app definitions still say it, and the next publish would only release it again.
  return heldBack(after, { revision: base, reason: `it was rolled back to ${candidate}` })
}
