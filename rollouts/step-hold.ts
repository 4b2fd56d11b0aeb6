import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { Rollout } from './record.ts'
import { allSteps } from './step-state.ts'

/**
 * When the hold of the step that a rollout is in is over, by the clock of the cluster; `undefined`
 * while it has not begun: it counts from when what the step sets was live.
 */
export function holdEndsAtMs(
  { spec }: RolloutPlan,
  { stage, since, hastened }: Rollout,
  { traffic }: Pick<Observation, 'traffic'>,
): number | undefined {
  if (stage.phase !== 'progressing' || stage.part !== 'live') return undefined
  if (traffic.liveSinceMs === undefined) return undefined
  const beganMs = Math.max(traffic.liveSinceMs, Date.parse(since))
  const { holdSeconds = 0 } = allSteps(spec)[stage.step - 1] ?? {}
  return hastened === stage.step ? beganMs : beganMs + holdSeconds * 1000
}
