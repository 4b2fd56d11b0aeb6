import type { RolloutSpec } from './plan.ts'
import type { ForwardStage } from './record.ts'
import { AT_REST, type StepState, stepStates } from './step-state.ts'
import { trackReplicas } from './track-replicas.ts'

/** A synced folder of an app that a commit of a rollout changes. */
export type ChangedSection = 'workloads' | 'traffic'

export interface EnteredStep {
  readonly stage: ForwardStage
  /** Absent if the step asks for what is there already. */
  readonly section?: ChangedSection
}

type StepSpec = Pick<RolloutSpec, 'steps' | 'router'>

/** The first commit of a step: its capacity, and where that is there already its traffic. */
export const enterStep = (spec: StepSpec, step: number, need: number): EnteredStep =>
  enter(spec, step, need, stepStates(spec)[step - 2] ?? AT_REST)

/** The same from rest, where there is nothing of the canary, whichever step comes first. */
export const beginAtStep = (spec: StepSpec, step: number, need: number): EnteredStep =>
  enter(spec, step, need, AT_REST)

function enter(spec: StepSpec, step: number, need: number, before: StepState): EnteredStep {
  const after = stepStates(spec)[step - 1] ?? AT_REST
  const capacityIsThere =
    before !== AT_REST &&
    trackReplicas(spec.router, before, need).canary ===
      trackReplicas(spec.router, after, need).canary
  if (!capacityIsThere) {
    const part = isTrafficThere(spec, before, after) ? 'live' : 'scaling'
    return { stage: { phase: 'progressing', step, part }, section: 'workloads' }
  }
  const stage = { phase: 'progressing', step, part: 'live' } as const
  return isTrafficThere(spec, before, after) ? { stage } : { stage, section: 'traffic' }
}

/** Without a router the pods are the traffic, so whoever has the capacity has it all. */
const isTrafficThere = ({ router }: StepSpec, before: StepState, after: StepState): boolean =>
  router.type === 'replica-ratio' ||
  (before.weight === after.weight && before.matches.length === after.matches.length)

/** Whether the canary has requests in a step that is live. */
export function hasTraffic(spec: StepSpec, step: number): boolean {
  const state = stepStates(spec)[step - 1] ?? AT_REST
  if (spec.router.type === 'replica-ratio') return state.capacity > 0
  return state.weight > 0 || state.matches.length > 0
}
