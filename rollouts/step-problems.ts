import type { RolloutSpec } from './plan.ts'
import { isFilled, isWhole, type PlanProblem } from './plan-problem.ts'
import { APPROVAL_TIMEOUTS, type Approval, type RequestMatch, type RolloutStep } from './step.ts'
import { AT_REST, FULL_WEIGHT, type StepState, stepStates } from './step-state.ts'

/** What is wrong with the steps, whatever the router. */
export function stepProblems(spec: RolloutSpec): PlanProblem[] {
  const { steps } = spec
  if (steps.length === 0) {
    return [
      {
        field: 'spec.steps',
        problem: 'must have at least one step',
        remedy: 'Begin with a small one: `{ weight: 5, hold: Duration.minutes(2) }`',
      },
    ]
  }
  const states = stepStates(spec)
  return steps.flatMap((step, index) => {
    const field = `spec.steps[${index}]`
    const before = states[index - 1] ?? AT_REST
    return [
      ...changeProblems(step, before, field),
      ...holdProblems(step, index, spec),
      ...approvalProblems(step.approveBefore, `${field}.approveBefore`),
      ...approvalProblems(step.approval, `${field}.approval`),
    ]
  })
}

function changeProblems(step: RolloutStep, before: StepState, field: string): PlanProblem[] {
  if ('match' in step) return matchProblems(step.match, `${field}.match`)
  if ('scale' in step) return scaleProblems(step.scale, before, `${field}.scale`)
  return weightProblems(step.weight, before, `${field}.weight`)
}

function weightProblems(weight: number, before: StepState, field: string): PlanProblem[] {
  if (!isWhole(weight, 1, FULL_WEIGHT)) {
    return [
      {
        field,
        value: weight,
        problem: 'must be a whole percentage from 1 to 100',
        remedy: 'Write the share of the requests that the canary gets',
      },
    ]
  }
  if (weight > before.weight) return []
  return [
    {
      field,
      value: weight,
      problem: `must be more than the ${before.weight} of the step before`,
      remedy: 'Let the weights rise, or take the step out',
    },
  ]
}

function scaleProblems(scale: number, before: StepState, field: string): PlanProblem[] {
  if (!isWhole(scale, 1, 100)) {
    return [
      {
        field,
        value: scale,
        problem: 'must be a whole percentage from 1 to 100',
        remedy: 'Write the share of the pods that all traffic needs',
      },
    ]
  }
  if (scale > before.capacity) return []
  const problem =
    scale < before.weight
      ? `would not carry the ${before.weight} % of the requests that the canary has by then`
      : `changes nothing: the canary has ${before.capacity} % of the pods by then`
  return [{ field, value: scale, problem, remedy: 'Raise it, or take the step out' }]
}

/** A header's name, and a cookie's alike: a token of RFC 9110. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/

function matchProblems(match: RequestMatch, field: string): PlanProblem[] {
  const [kind, name] = 'header' in match ? ['header', match.header] : ['cookie', match.cookie]
  const problems: PlanProblem[] = []
  if (!TOKEN.test(name)) {
    problems.push({
      field: `${field}.${kind}`,
      value: name,
      problem: `must be the name of a ${kind}`,
      remedy: "Write letters, digits and dashes, as 'x-canary'",
    })
  }
  if (!isFilled(match.value) || match.value.length > 4096) {
    problems.push({
      field: `${field}.value`,
      value: match.value,
      problem: 'must be 1 to 4,096 characters',
      remedy: 'Write the whole value that marks a request',
    })
  }
  return problems
}

function holdProblems(step: RolloutStep, index: number, spec: RolloutSpec): PlanProblem[] {
  const field = `spec.steps[${index}].holdSeconds`
  const { holdSeconds } = step
  if (!isWhole(holdSeconds, 0)) {
    return [
      {
        field,
        value: holdSeconds,
        problem: 'must be a whole number of seconds',
        remedy: 'Write how long the step lasts at least, as `hold: Duration.minutes(2)`',
      },
    ]
  }
  if (holdSeconds > 0 || step.approval !== undefined || isAnalysed(index + 1, spec)) return []
  return [
    {
      field,
      value: holdSeconds,
      problem: 'must be above 0 in a step without analysis or approval, which would change nothing',
      remedy: 'Hold it, or take the step out',
    },
  ]
}

const isAnalysed = (step: number, { analysis }: RolloutSpec): boolean =>
  analysis.some(({ fromStep, untilStep = step }) => fromStep <= step && step <= untilStep)

function approvalProblems(approval: Approval | undefined, field: string): PlanProblem[] {
  if (approval === undefined) return []
  const { role, quorum, deadlineSeconds, onTimeout } = approval
  const problems: PlanProblem[] = []
  if (!isFilled(role)) {
    problems.push({
      field: `${field}.role`,
      value: role,
      problem: 'must name who may approve',
      remedy: "Write a role, as 'checkout-owners'",
    })
  }
  if (!isWhole(quorum, 1)) {
    problems.push({
      field: `${field}.quorum`,
      value: quorum,
      problem: 'must be a whole number of at least 1',
      remedy: 'Write how many people must approve',
    })
  }
  if (!isWhole(deadlineSeconds, 1)) {
    problems.push({
      field: `${field}.deadlineSeconds`,
      value: deadlineSeconds,
      problem: 'must be given: an approval without a deadline could be waited for for ever',
      remedy: 'Write how long people have, as `deadline: Duration.hours(24)`',
    })
  }
  if (!APPROVAL_TIMEOUTS.includes(onTimeout)) {
    problems.push({
      field: `${field}.onTimeout`,
      value: onTimeout,
      problem: `must be one of ${APPROVAL_TIMEOUTS.join(', ')}`,
      remedy: 'Write what happens when nobody approves in time',
    })
  }
  return problems
}
