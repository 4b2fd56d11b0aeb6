import type { RolloutPlan } from '../rollouts/plan.ts'
import type { Rollout } from '../rollouts/record.ts'
import { stageState } from '../rollouts/stage-state.ts'
import { allSteps } from '../rollouts/step-state.ts'

/** Which step of how many a rollout is in, as `2/4`. Beyond the last one it has left them all behind. */
export function stepName({ spec }: RolloutPlan, { stage }: Rollout): string {
  const steps = allSteps(spec).length
  const forward = stage.phase === 'aborting' ? stage.from : stage
  return `${forward.phase === 'progressing' ? forward.step : steps}/${steps}`
}

/** Share of the requests that the branch gives to the canary, in percent. */
export const weightOf = ({ spec }: RolloutPlan, { stage }: Rollout): number =>
  stageState(spec, stage).share.weight
