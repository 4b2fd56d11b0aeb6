import { missingApproval } from '../rollouts/approvals.ts'
import type { Closure } from '../rollouts/decision.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { freezeState } from './freeze-state.ts'
import { APPROVED, type Gate, type GateState, pending } from './gate-state.ts'

/**
 * Whether the rollout of an app may go on.
 *
 * @param stop of its `STOP` files
 */
export function rolloutGate(app: AppOnBranch, stop: Closure | undefined): Gate {
  const { freezeWindows } = app.plan.spec
  const closed = closedState(app, stop)
  const otherwise = waitingState(app) ?? APPROVED
  const about = aboutRollout(app)
  return async ({ nowMs }) => {
    const state = closed ?? (await freezeState(freezeWindows, nowMs)) ?? otherwise
    return { ...state, ...about }
  }
}

/** What comes before a freeze window: it is over when somebody has done something. */
function closedState(
  { record, tampered }: AppOnBranch,
  stop: Closure | undefined,
): GateState | undefined {
  const { rollout } = record.spec
  if (rollout?.stage.phase === 'aborting') {
    const reason = rollout.abort?.reason ?? 'no reason given'
    return { state: 'refused', reason: `rollout ${rollout.id} is being aborted: ${reason}` }
  }
  if (tampered !== undefined) return pending(tampered)
  return stop && pending(stop.reason)
}

/** What comes after one. */
function waitingState({ record, plan }: AppOnBranch): GateState | undefined {
  const { rollout } = record.spec
  if (rollout?.paused !== undefined) {
    const { by, reason } = rollout.paused
    return pending(`${by} has paused it: ${reason}`)
  }
  const missing = rollout?.awaiting && missingApproval(plan, rollout, rollout.awaiting)
  return missing === undefined ? undefined : pending(missing)
}

function aboutRollout({ record }: AppOnBranch): Pick<GateState, 'revision' | 'step'> {
  const { rollout } = record.spec
  if (rollout === undefined) return {}
  const { stage, candidate } = rollout
  return { revision: candidate, ...('step' in stage && { step: stage.step }) }
}
