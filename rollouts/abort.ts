import type { Move } from './decision.ts'
import { hasTraffic } from './enter-step.ts'
import { moved, timestamp } from './moved.ts'
import type { RolloutPlan } from './plan.ts'
import type { Abort, ForwardStage, HeldBackRevision, RecordSpec, Rollout, Stage } from './record.ts'

/** How many revisions that were aborted are remembered, with what they would need to be retried. */
export const KEPT_HELD_BACK = 3

export interface AbortProps {
  readonly plan: RolloutPlan
  readonly record: RecordSpec
  readonly rollout: Rollout
  readonly abort: Omit<Abort, 'at'>
  /**
   * Whether somebody has changed its files by hand, so that the record may be behind what the cluster
   * has: after a revert requests may reach a canary that has none by the record.
   *
   * @default false
   */
  readonly isTampered?: boolean
  readonly nowMs: number
}

/**
 * The first commit of an abort. Always possible: no gate, no window, no approval and no store of
 * metrics stands in its way, and it needs no look at the cluster.
 */
export function abortRollout(props: AbortProps): Move {
  const { plan, record, rollout, abort, nowMs, isTampered = false } = props
  const { stage } = rollout
  const why = { evidence: [abort.reason], ...(abort.by !== undefined && { actor: abort.by }) }
  if (stage.phase === 'aborting') return { kind: 'move', action: 'abort', record, ...why }
  const aborted = { ...rollout, abort: { ...abort, at: timestamp(nowMs) } }
  if (!wasSeenByRequests(plan, stage, isTampered)) {
    return { kind: 'move', action: 'abort', record: withoutAborted(record, aborted), ...why }
  }
  return {
    kind: 'move',
    action: 'abort',
    record: { ...record, rollout: abortingFrom(aborted, stage, plan, nowMs) },
    ...why,
  }
}

/** Before any request could reach the canary it is simply taken away. */
function wasSeenByRequests(
  { spec }: RolloutPlan,
  stage: ForwardStage,
  isTampered: boolean,
): boolean {
  if (stage.phase !== 'progressing') return true
  if (isTampered && stage.step > 0) return true
  return hasTraffic(spec, stage.part === 'live' ? stage.step : stage.step - 1)
}

/**
 * Before the template is copied, traffic goes at once; after that stable gets its old one back first.
 * Nothing holds it up, so a pause is over.
 */
function abortingFrom(
  { paused, ...rollout }: Rollout,
  from: ForwardStage,
  { spec }: RolloutPlan,
  nowMs: number,
): Rollout {
  const part = from.phase === 'progressing' ? 'traffic' : 'template'
  const stage: Stage = { phase: 'aborting', part, from }
  return moved(rollout, { stage, section: abortSection(spec.router.type, part), nowMs })
}

/** Without a router stable's pods are its traffic. */
export const abortSection = (
  router: RolloutPlan['spec']['router']['type'],
  part: 'template' | 'traffic',
): 'workloads' | 'traffic' =>
  part === 'template' || router === 'replica-ratio' ? 'workloads' : 'traffic'

/** The record once nothing is left of an aborted rollout. */
export function withoutAborted(record: RecordSpec, { abort, ...rollout }: Rollout): RecordSpec {
  const { rollout: _, queued, ...rest } = record
  const left: RecordSpec = {
    ...rest,
    ...(queued !== undefined && queued.revision !== rollout.base && { queued }),
  }
  // Somebody has released the candidate itself without a canary meanwhile.
  const isStable = rollout.candidate === rollout.base
  if (isStable || abort?.holdsBack === false) return left
  const reason = abort?.reason ?? 'aborted'
  return heldBack(left, { revision: rollout.candidate, rollout: rollout.id, reason })
}

/** With one more revision that publish does not start again by itself. */
export function heldBack(record: RecordSpec, held: HeldBackRevision): RecordSpec {
  const others = record.heldBack.filter(({ revision }) => revision !== held.revision)
  return { ...record, heldBack: [held, ...others].slice(0, KEPT_HELD_BACK) }
}
