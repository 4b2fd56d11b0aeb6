import type { RolloutSpec } from './plan.ts'
import type { RequestMatch, RolloutStep } from './step.ts'

/** What is in force in a step: what it sets itself, and what those before it have set. */
export interface StepState {
  /** Share of the requests that goes to the canary, in percent. */
  readonly weight: number
  /** Requests that go to the canary whatever the weight. */
  readonly matches: readonly RequestMatch[]
  /** Capacity that the canary must have, in percent of what all traffic needs; 0 if none at all. */
  readonly capacity: number
}

/** No rollout: the canary has nothing, not even its objects. */
export const AT_REST: StepState = { weight: 0, matches: [], capacity: 0 }

/** All traffic on the canary, stable untouched: the state in which stable may be changed. */
export const FULL_WEIGHT = 100

/**
 * The steps that a rollout goes through: those of the plan and, unless the last of them gives the
 * canary all traffic already, one that does, held as long as the longest hold. So a candidate is
 * judged under the whole load before stable is touched.
 */
export function allSteps({ steps }: Pick<RolloutSpec, 'steps'>): readonly RolloutStep[] {
  const last = steps.findLast((step) => 'weight' in step)
  if (last !== undefined && last.weight >= FULL_WEIGHT) return steps
  const holdSeconds = Math.max(0, ...steps.map((step) => step.holdSeconds))
  return [...steps, { weight: FULL_WEIGHT, holdSeconds }]
}

/** The state in each of `allSteps`. */
export function stepStates(spec: Pick<RolloutSpec, 'steps'>): readonly StepState[] {
  let state = AT_REST
  return allSteps(spec).map((step) => {
    state = entered(state, step)
    return state
  })
}

function entered(before: StepState, step: RolloutStep): StepState {
  if ('match' in step) {
    // How many requests will match is not known: the smallest canary that there is.
    const capacity = Math.max(before.capacity, 1)
    return { ...before, capacity, matches: [...before.matches, step.match] }
  }
  if ('scale' in step) return { ...before, capacity: Math.max(before.capacity, step.scale) }
  return { ...before, weight: step.weight, capacity: Math.max(before.capacity, step.weight) }
}
