import { approvalOf, missingApproval } from './approvals.ts'
import { closed } from './begin.ts'
import type { Decision, Move, Wait } from './decision.ts'
import { enterStep } from './enter-step.ts'
import { committed, moved, timestamp } from './moved.ts'
import type { NextProps } from './next-props.ts'
import type { Observation } from './observation.ts'
import type { ApprovalGate, ForwardStage, RecordSpec, Rollout } from './record.ts'
import { holdEndsAtMs } from './step-hold.ts'
import { allSteps } from './step-state.ts'

type Progressing = Extract<ForwardStage, { readonly phase: 'progressing' }>
type SeenProps = NextProps & { readonly observation: Observation }

/** A rollout among its steps: from capacity to traffic, and on to the next step. */
export function progress(props: SeenProps, rollout: Rollout, stage: Progressing): Decision {
  const { observation, closure } = props
  const { stable, canary, traffic } = observation
  // A rollback is begun because of stable: whatever is missing of that is no reason to wait.
  const ofStable = rollout.isRollback ? [] : stable.missing
  const missing = stage.step === 0 ? [] : [...canary.missing, ...ofStable]
  if (stage.part === 'scaling') {
    if (missing.length > 0) return { kind: 'wait', reasons: missing }
    return held(rollout, closure) ?? shift(props, rollout, stage)
  }
  const reasons = stage.step === 0 ? [] : [...missing, ...traffic.missing]
  if (reasons.length > 0) return { kind: 'wait', reasons }
  return (
    gates(props, rollout, stage) ??
    approvals(props, rollout, stage) ??
    held(rollout, closure) ??
    advance(props, rollout, stage)
  )
}

/** What the step itself asks for before it is left, but for people. */
function gates(
  { plan, observation }: SeenProps,
  rollout: Rollout,
  { step }: Progressing,
): Wait | undefined {
  if (step === 0 || rollout.isRollback) return undefined
  const endsAtMs = holdEndsAtMs(plan, rollout, observation) ?? Number.POSITIVE_INFINITY
  if (observation.atMs < endsAtMs) {
    const reasons = [`step ${step} is held until ${timestamp(endsAtMs)}`]
    return { kind: 'wait', reasons, untilMs: endsAtMs }
  }
  const open = observation.verdicts.filter(({ outcome }) => outcome !== 'pass')
  if (open.length === 0 || rollout.hastened === step) return undefined
  return { kind: 'wait', reasons: open.map(({ reason }) => reason) }
}

/** What people have to say before this step is left, and before the next one is entered. */
function approvals(
  props: SeenProps,
  rollout: Rollout,
  { step }: Progressing,
): Decision | undefined {
  if (rollout.isRollback) return undefined
  const wanted: readonly ApprovalGate[] = [
    { step, gate: 'leave' },
    { step: step + 1, gate: 'enter' },
  ]
  for (const gate of wanted) {
    const missing = missingApproval(props.plan, rollout, gate)
    if (missing !== undefined) return awaited(props, rollout, gate, missing)
  }
  return undefined
}

/** From the first look on at which nothing else is missing, the time for an approval runs. */
function awaited(
  { plan, record, nowMs }: SeenProps,
  rollout: Rollout,
  gate: ApprovalGate,
  missing: string,
): Decision {
  const { awaiting } = rollout
  if (awaiting?.step !== gate.step || awaiting.gate !== gate.gate) {
    const since = timestamp(nowMs)
    const waiting = { ...committed(rollout), awaiting: { ...gate, since } }
    return move('await', { ...record, rollout: waiting }, [missing])
  }
  const deadlineMs =
    Date.parse(awaiting.since) + (approvalOf(plan, gate)?.deadlineSeconds ?? 0) * 1000
  if (nowMs < deadlineMs) return { kind: 'wait', reasons: [missing], untilMs: deadlineMs }
  // What aborts at its deadline was aborted before it came here.
  if (rollout.paused !== undefined) return { kind: 'wait', reasons: [missing] }
  const paused = { by: 'lockstep', reason: `${missing}; its time is over`, at: timestamp(nowMs) }
  return move('pause', { ...record, rollout: { ...committed(rollout), paused } }, [missing])
}

/** Whether somebody has stopped the rollout from going on, or a window has. */
function held({ paused, isRollback }: Rollout, closure: NextProps['closure']): Wait | undefined {
  if (paused !== undefined) {
    return { kind: 'wait', reasons: [`${paused.by} has paused it: ${paused.reason}`] }
  }
  if (closure === undefined || (isRollback && closure.sparesRollbacks)) return undefined
  return closed(closure)
}

/** The capacity of the step is there: now its traffic. */
const shift = ({ record, nowMs, observation }: SeenProps, rollout: Rollout, stage: Progressing) =>
  move(
    'shift',
    {
      ...record,
      rollout: moved(rollout, { stage: { ...stage, part: 'live' }, section: 'traffic', nowMs }),
    },
    [`${observation.canary.ready} pods of the canary are ready`],
  )

/** The step has been satisfied: on to the next one, or to the promotion. */
function advance(
  { plan, record, nowMs, observation }: SeenProps,
  rollout: Rollout,
  { step }: Progressing,
): Move {
  const evidence = observation.verdicts.map(({ reason }) => reason)
  if (step >= allSteps(plan.spec).length) {
    const stage = { phase: 'promoting' } as const
    return move(
      'promote',
      { ...record, rollout: moved(rollout, { stage, section: 'workloads', nowMs }) },
      evidence,
    )
  }
  const entered = enterStep(plan.spec, step + 1, rollout.need)
  return move(
    entered.section === 'traffic' ? 'shift' : 'scale',
    { ...record, rollout: moved(rollout, { ...entered, nowMs }) },
    evidence,
  )
}

const move = (action: Move['action'], record: RecordSpec, evidence: readonly string[]): Move => ({
  kind: 'move',
  action,
  record,
  evidence,
})
