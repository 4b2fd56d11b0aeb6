import type { InFlightAnswer, RolloutAnswer } from '../functions/rollouts/rollout-answer.ts'

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
export function stateName({
  rollout,
  queued,
}: Pick<RolloutAnswer, 'rollout' | 'queued'>): RolloutStateName {
  if (rollout === undefined) return queued === undefined ? 'at rest' : 'queued'
  const { phase, part } = rollout.stage
  if (phase === 'aborting') return 'aborting'
  if (rollout.paused !== undefined) return 'paused'
  if (rollout.awaiting !== undefined) return 'waits for approval'
  if (phase === 'progressing') return part === 'live' ? 'live' : 'scaling'
  return phase === 'promoting' ? 'promoting' : 'shifting back'
}

/** Where a rollout in flight is: `step 2 of 4, weight 25 %`. */
export function whereabouts(rollout: InFlightAnswer): string {
  const [step, steps] = stepOf(rollout)
  return `step ${step} of ${steps}, weight ${rollout.weight} %`
}

/** Which step of how many a rollout is in. Beyond the last one it has left them all behind. */
export function stepOf({ stage, steps }: InFlightAnswer): readonly [step: number, steps: number] {
  const { phase, step = steps } = stage.phase === 'aborting' ? (stage.from ?? stage) : stage
  return [phase === 'progressing' ? step : steps, steps]
}
