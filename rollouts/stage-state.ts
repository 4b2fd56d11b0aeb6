import type { RolloutSpec } from './plan.ts'
import type { ForwardStage, Stage } from './record.ts'
import { AT_REST, FULL_WEIGHT, type StepState, stepStates } from './step-state.ts'

/** What the branch says in a stage. */
export interface StageState {
  /** Which rendition the stable track and what both tracks share is made from. */
  readonly workloads: 'base' | 'candidate'
  /** Which rendition Services and routes are made from; `base at rest` without what a candidate adds. */
  readonly traffic: 'base at rest' | 'base' | 'candidate'
  /** Share of the traffic that the canary gets. */
  readonly share: Pick<StepState, 'weight' | 'matches'>
  /** For which state the tracks have pods. */
  readonly capacity: StepState
  /** Whether stable has all pods that the traffic needs, whatever the share. */
  readonly stableIsWhole: boolean
}

/** What a stage means for the branch. */
export function stageState(spec: Pick<RolloutSpec, 'steps'>, stage: Stage): StageState {
  if (stage.phase !== 'aborting') return forwardState(spec, stage)
  const before = forwardState(spec, stage.from)
  if (stage.part === 'template') return { ...before, workloads: 'base' }
  return {
    ...before,
    workloads: 'base',
    traffic: 'base at rest',
    share: AT_REST,
    stableIsWhole: true,
  }
}

function forwardState(spec: Pick<RolloutSpec, 'steps'>, stage: ForwardStage): StageState {
  const states = stepStates(spec)
  if (stage.phase === 'progressing') {
    const capacity = states[stage.step - 1] ?? AT_REST
    const isLive = stage.part === 'live'
    const share = isLive ? capacity : (states[stage.step - 2] ?? AT_REST)
    return {
      workloads: 'base',
      traffic: isLive || stage.step > 1 ? 'base' : 'base at rest',
      share,
      capacity,
      stableIsWhole: false,
    }
  }
  const last = { ...(states.at(-1) ?? AT_REST), weight: FULL_WEIGHT, capacity: FULL_WEIGHT }
  if (stage.phase === 'promoting') {
    const share = last
    return { workloads: 'candidate', traffic: 'base', share, capacity: last, stableIsWhole: false }
  }
  return {
    workloads: 'candidate',
    traffic: 'candidate',
    share: AT_REST,
    capacity: last,
    stableIsWhole: true,
  }
}
