import type { RolloutState } from '../reconciler/rollout-states.ts'
import { stepName, weightOf } from '../reconciler/step-name.ts'
import type { Rollout } from '../rollouts/record.ts'

/** A state in a word, for tables and programs. */
export type RolloutStateName =
  | 'at rest'
  | 'queued'
  | 'paused'
  | 'waits for approval'
  | 'scaling'
  | 'live'
  | 'promoting'
  | 'shifting back'
  | 'aborting'

/** What an app's rollouts are doing. What a person has to do comes before what happens by itself. */
export function stateName({ record: { spec } }: Pick<RolloutState, 'record'>): RolloutStateName {
  const { rollout, queued } = spec
  if (rollout === undefined) return queued === undefined ? 'at rest' : 'queued'
  const { stage } = rollout
  if (stage.phase === 'aborting') return 'aborting'
  if (rollout.paused !== undefined) return 'paused'
  if (rollout.awaiting !== undefined) return 'waits for approval'
  if (stage.phase === 'progressing') return stage.part
  return stage.phase === 'promoting' ? 'promoting' : 'shifting back'
}

/** Where a rollout in flight is: `step 2 of 4, weight 25 %`. */
export function whereabouts({ plan }: Pick<RolloutState, 'plan'>, rollout: Rollout): string {
  const [step, steps] = stepName(plan, rollout).split('/')
  return `step ${step} of ${steps}, weight ${weightOf(plan, rollout)} %`
}
