import { heldBack } from './abort.ts'
import { approvalOf } from './approvals.ts'
import type { Closure, Decision, Wait } from './decision.ts'
import { beginAtStep } from './enter-step.ts'
import { timestamp } from './moved.ts'
import type { NextProps } from './next-props.ts'
import type { QueuedRevision, RecordSpec, Rollout } from './record.ts'
import { allSteps } from './step-state.ts'

/** At rest: starts what is queued. */
export function begin(props: NextProps): Decision {
  const { record, stable, observation, closure } = props
  const { queued, ...rest } = record
  if (queued === undefined) return { kind: 'wait', reasons: [] }
  if (queued.revision === stable) {
    const evidence = [`${stable} is stable already`]
    return { kind: 'move', action: 'drop', record: rest, evidence }
  }
  if (props.tampered !== undefined) {
    // Most often the revert of the start: it would only begin again.
    const record = heldBack(rest, { revision: queued.revision, reason: props.tampered })
    return { kind: 'move', action: 'drop', record, evidence: [props.tampered] }
  }
  const isRollback = queued.request?.kind === 'rollback'
  if (closure !== undefined && !(isRollback && closure.sparesRollbacks)) return closed(closure)
  if (observation === undefined) return { kind: 'wait', reasons: ['what runs cannot be seen'] }
  if (observation.stable.desired === 0) {
    const reasons = ['stable has no pods, which says nothing about how many are needed']
    return { kind: 'wait', reasons }
  }
  const need = Math.max(props.plan.spec.replicas.min, observation.stable.desired)
  return {
    kind: 'move',
    action: 'start',
    record: started(props, rest, queued, need),
    evidence: [`${observation.stable.desired} pods run`],
  }
}

function started(
  { plan, stable, nowMs }: NextProps,
  record: Omit<RecordSpec, 'queued'>,
  { revision, request }: QueuedRevision,
  need: number,
): RecordSpec {
  const count = record.count + 1
  const isRollback = request?.kind === 'rollback'
  // Who may say no before the first step is asked while there is nothing of the canary yet.
  const isAsked = !isRollback && approvalOf(plan, { step: 1, gate: 'enter' }) !== undefined
  const { stage } = isAsked
    ? { stage: { phase: 'progressing', step: 0, part: 'live' } as const }
    : beginAtStep(plan.spec, isRollback ? allSteps(plan.spec).length : 1, need)
  const rollout: Rollout = {
    id: `${revision}-${count}`,
    candidate: revision,
    base: stable,
    stage,
    since: timestamp(nowMs),
    need,
    ...(isRollback && { isRollback }),
    startedAt: timestamp(nowMs),
    commits: 1,
    changed: { workloads: isAsked ? 0 : 1, traffic: 0 },
    approvals: [],
  }
  return { ...record, count, rollout }
}

/** A wait for a freeze window or a `STOP` file. */
export const closed = ({ reason, opensAtMs }: Closure): Wait => ({
  kind: 'wait',
  reasons: [reason],
  ...(opensAtMs !== undefined && { untilMs: opensAtMs }),
})
