import type { RolloutPlan } from './plan.ts'
import type { ApprovalGate, Rollout } from './record.ts'
import type { Approval } from './step.ts'
import { allSteps } from './step-state.ts'

/** What a gate asks for; `undefined` if nothing. */
export function approvalOf(
  { spec }: RolloutPlan,
  { step, gate }: ApprovalGate,
): Approval | undefined {
  const found = allSteps(spec)[step - 1]
  return gate === 'enter' ? found?.approveBefore : found?.approval
}

/** What people still have to do about a gate, as a sentence; `undefined` if nothing. */
export function missingApproval(
  plan: RolloutPlan,
  rollout: Pick<Rollout, 'approvals'>,
  gate: ApprovalGate,
): string | undefined {
  const approval = approvalOf(plan, gate)
  if (approval === undefined) return undefined
  const people = new Set(
    rollout.approvals
      .filter(({ step, gate: given }) => step === gate.step && given === gate.gate)
      .map(({ by }) => by),
  )
  if (people.size >= approval.quorum) return undefined
  const what = gate.gate === 'enter' ? 'before' : 'after'
  return `${approval.role} has to approve ${what} step ${gate.step} (${people.size} of ${approval.quorum})`
}
