import { analysisProblems } from './analysis-problems.ts'
import { freezeWindowProblems } from './freeze-window.ts'
import type { ReplicaRange, RolloutPlan, RolloutSpec, Router } from './plan.ts'
import { isWhole, type PlanProblem } from './plan-problem.ts'
import { routerProblems } from './router-problems.ts'
import { stepProblems } from './step-problems.ts'
import { allSteps, FULL_WEIGHT, stepStates } from './step-state.ts'
import { trackReplicas } from './track-replicas.ts'

/**
 * Everything in a plan that cannot work, found before anything is released: weights that do not rise
 * or that no number of pods can make, steps that the router cannot do, capacity that would not carry
 * the traffic, gates that could wait for ever. Empty if the plan is sound.
 */
export function planProblems({ spec }: RolloutPlan): PlanProblem[] {
  const ranges = [...rangeProblems(spec.replicas), ...surgeProblems(spec.router)]
  return [
    ...ranges,
    ...stepProblems(spec),
    // What follows computes with the numbers of pods.
    ...(ranges.length === 0 ? [...routerProblems(spec), ...capacityProblems(spec)] : []),
    ...analysisProblems(spec),
    ...spec.freezeWindows.flatMap((window, index) =>
      freezeWindowProblems(window, `spec.freezeWindows[${index}]`),
    ),
    ...deadlineProblems(spec),
    ...waveProblems(spec),
  ]
}

/** More than any cluster runs of one app, and few enough to try every split of them. */
const MOST_REPLICAS = 10_000

function rangeProblems({ min, max }: ReplicaRange): PlanProblem[] {
  if (!(isWhole(min, 1) && isWhole(max, 1) && max >= min)) {
    return [
      {
        field: 'spec.replicas.min',
        value: { min, max },
        problem: 'must be a whole number of at least 1, and `max` no smaller one',
        remedy: 'Write how many pods there are at least and at most',
      },
    ]
  }
  if (max <= MOST_REPLICAS) return []
  return [
    {
      field: 'spec.replicas.max',
      value: max,
      problem: 'must be 10,000 at most',
      remedy: 'Split the app: no cluster runs as many pods of one',
    },
  ]
}

function surgeProblems(router: Router): PlanProblem[] {
  if (router.type === 'route') return []
  const { surge } = router
  const isSound =
    typeof surge === 'number' ? isWhole(surge, 0, MOST_REPLICAS) : /^\d{1,3}%$/.test(surge)
  if (isSound) return []
  return [
    {
      field: 'spec.router.surge',
      value: surge,
      problem: 'must be a whole number up to 10,000, or a percentage up to 999%',
      remedy: 'Write how many pods more there may be, as 1 or 25%',
    },
  ]
}

/** At its largest the app needs its most pods, and the canary its share of them. */
function capacityProblems(spec: RolloutSpec): PlanProblem[] {
  const { maxReplicas } = spec.tracks.canary
  const { max } = spec.replicas
  const short = stepStates(spec)
    .map(({ capacity, ...state }) => ({ ...state, capacity: Math.min(capacity, FULL_WEIGHT) }))
    .map((state, index) => ({
      state,
      index,
      needed: trackReplicas(spec.router, state, max).canary,
    }))
    .find(({ needed }) => needed > maxReplicas)
  if (short === undefined) return []
  return [
    {
      field: 'spec.tracks.canary.maxReplicas',
      value: maxReplicas,
      problem: `would not carry step ${short.index + 1}: ${short.state.capacity} % of ${max} pods are ${short.needed}`,
      remedy: `Let the canary have ${max} pods, as stable has at its largest`,
    },
  ]
}

function waveProblems({ wave }: RolloutSpec): PlanProblem[] {
  if (wave === undefined || isWhole(wave, 1)) return []
  return [
    {
      field: 'spec.wave',
      value: wave,
      problem: 'must be a whole number of at least 1',
      remedy: 'Number the waves in the order in which they start',
    },
  ]
}

function deadlineProblems(spec: RolloutSpec): PlanProblem[] {
  const { deadlineSeconds } = spec
  const field = 'spec.deadlineSeconds'
  if (!isWhole(deadlineSeconds, 1)) {
    return [
      {
        field,
        value: deadlineSeconds,
        problem: 'must be a whole number of seconds above 0',
        remedy: 'Write after what time a rollout that has not finished is aborted',
      },
    ]
  }
  const held = allSteps(spec).reduce((sum, { holdSeconds }) => sum + holdSeconds, 0)
  if (!(held >= deadlineSeconds)) return []
  return [
    {
      field,
      value: deadlineSeconds,
      problem: `must be more than the holds of all steps together, ${held} s with the last one at full weight`,
      remedy: 'Allow more time, or hold shorter',
    },
  ]
}
