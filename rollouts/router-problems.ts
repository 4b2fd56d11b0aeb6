import type { ReplicaRatioRouter, RolloutSpec, RouteRouter } from './plan.ts'
import { isWhole, type PlanProblem } from './plan-problem.ts'
import type { ReplicaRatio } from './replica-ratio.ts'
import { FULL_WEIGHT } from './step-state.ts'
import { ratioOf } from './track-replicas.ts'

/** What the router cannot do of the steps. Takes the numbers of pods for granted. */
export const routerProblems = (spec: RolloutSpec): PlanProblem[] =>
  spec.router.type === 'route'
    ? routeProblems(spec, spec.router)
    : replicaRatioProblems(spec, spec.router)

function routeProblems(
  { steps }: RolloutSpec,
  { name, capabilities, settleSeconds }: RouteRouter,
): PlanProblem[] {
  const problems: PlanProblem[] = []
  if (!isWhole(settleSeconds, 0)) {
    problems.push({
      field: 'spec.router.settleSeconds',
      value: settleSeconds,
      problem: 'must be a whole number of seconds',
      remedy:
        'Write how long a changed route takes to be used everywhere, as `Duration.seconds(5)`',
    })
  }
  if (!capabilities.weights) {
    problems.push({
      field: 'spec.router',
      value: name,
      problem: 'cannot split requests by weight',
      remedy: REMEDY_ROUTER,
    })
  }
  if (capabilities.matches) return problems
  for (const [index, step] of steps.entries()) {
    if (!('match' in step)) continue
    problems.push({
      field: `spec.steps[${index}].match`,
      value: step.match,
      problem: `cannot be done by ${name}, which does not look into requests`,
      remedy: REMEDY_ROUTER,
    })
  }
  return problems
}

const REMEDY_ROUTER =
  'Use a router that can, as `traffic: gatewayApi({ … })`, or leave `traffic` out to split by the number of pods'

/** Farthest that the ratio of pods may be from the weight, in percentage points. */
const TOLERANCE = 5

function replicaRatioProblems(spec: RolloutSpec, router: ReplicaRatioRouter): PlanProblem[] {
  const { min, max } = spec.replicas
  if (min !== max) {
    return [
      {
        field: 'spec.replicas',
        value: { min, max },
        problem:
          'cannot be autoscaled without a router: a slower canary would get more pods, and with them more requests',
        remedy: 'Use fixed(), or split by weight with `traffic: gatewayApi({ … })`',
      },
    ]
  }
  let before = 0
  return spec.steps.flatMap((step, index): PlanProblem[] => {
    const field = `spec.steps[${index}]`
    if (!('weight' in step)) {
      const option = 'match' in step ? 'match' : 'scale'
      return [
        {
          field: `${field}.${option}`,
          problem: 'cannot be done without a router: every pod gets its share of the requests',
          remedy: 'Take the step out, or use a router: `traffic: gatewayApi({ … })`',
        },
      ]
    }
    if (!(step.weight >= 1 && step.weight < FULL_WEIGHT)) return []
    const ratio = ratioOf(router, step.weight, min)
    const problem = ratioProblem(ratio, before)
    before = ratio.achieved
    if (problem === undefined) return []
    return [{ field: `${field}.weight`, value: step.weight, problem, remedy: REMEDY_RATIO }]
  })
}

const REMEDY_RATIO =
  'Use a weight that the pods can make, more pods, or a router: `traffic: gatewayApi({ … })`'

function ratioProblem({ canary, stable, achieved, error }: ReplicaRatio, before: number) {
  const pods = `${canary} of ${canary + stable} pods are ${achieved.toFixed(1)} %`
  if (Math.abs(error) > TOLERANCE) return `cannot be reached without a router: ${pods}`
  if (achieved <= before) return `is the same as the step before without a router: ${pods}`
  return undefined
}
