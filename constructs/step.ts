import { Duration } from 'cdk8s'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import {
  APPROVAL_TIMEOUTS,
  type ApprovalTimeout,
  type Approval as PlannedApproval,
  type RequestMatch,
  type RolloutStep,
} from '../rollouts/step.ts'
import { METRIC } from './analysis.ts'
import { list } from './collection-shapes.ts'
import { optional, record, required } from './options.ts'
import { choice, readBy, type Shape } from './shape.ts'
import { anyText, duration, number, oneOf, text } from './value-shapes.ts'

/**
 * One step of a release: what it changes, and what must say yes before the next. After the last
 * comes one more by itself, with all requests on the canary, held as long as the longest hold.
 */
export type Step = StepGates & StepChange

/** Exactly one of: a share of the requests, requests that carry a mark, pods without requests. */
export type StepChange =
  | {
      /** Share of the requests that the canary gets, in whole percent. More than in the step before. */
      readonly weight: number
      readonly match?: never
      readonly scale?: never
    }
  | {
      /** Requests with this header or cookie go to the canary, from this step on. */
      readonly match: RequestMatch
      readonly weight?: never
      readonly scale?: never
    }
  | {
      /** Pods that the canary gets without requests, in percent of what all requests need. */
      readonly scale: number
      readonly weight?: never
      readonly match?: never
    }

export interface StepGates {
  /**
   * Shortest time in the step, from when its traffic is live.
   *
   * @default - as long as the step before; the first must say
   */
  readonly hold?: Duration

  /**
   * Who must agree before the step is entered.
   *
   * @default - nobody
   */
  readonly approveBefore?: Approval

  /**
   * Who must agree before the step is left.
   *
   * @default - nobody
   */
  readonly approval?: Approval

  /**
   * What is measured in this step alone, beside what the app says for all.
   *
   * @default - nothing
   */
  readonly analysis?: readonly AnalysisMetric[]
}

/** A role, of which one person must agree within a day; or the same said at length. */
export type Approval = string | ApprovalProps

export interface ApprovalProps {
  /** Who may agree: a name that the team's access rules know. */
  readonly role: string

  /**
   * How many people must.
   *
   * @default 1
   */
  readonly quorum?: number

  /** How long they have. What waits for ever is forgotten with traffic on two versions. */
  readonly deadline: Duration

  /**
   * What happens when they do not: back to stable, or wait for a person.
   *
   * @default 'abort'
   */
  readonly onTimeout?: ApprovalTimeout
}

const APPROVAL: Shape<Approval> = choice<Approval>({
  expected: 'the name of a role, or an object with role and deadline',
  example: "'checkout-owners'",
  pick: (value) => (typeof value === 'string' ? anyText() : APPROVAL_PROPS),
})

const APPROVAL_PROPS = record<ApprovalProps>(
  {
    role: required(anyText('checkout-owners'), 'missing'),
    quorum: optional(number(2)),
    deadline: required(duration('Duration.hours(8)'), Duration.hours(1)),
    onTimeout: optional(oneOf(APPROVAL_TIMEOUTS)),
  },
  "{ role: 'checkout-owners', deadline: Duration.hours(8) }",
)

const MATCH: Shape<RequestMatch> = choice<RequestMatch>({
  expected: 'an object with value, and header or cookie',
  example: "{ header: 'x-canary', value: 'yes' }",
  pick: (value) =>
    isRecord(value) && 'cookie' in value
      ? record(
          { cookie: required(anyText('canary'), 'missing'), value: required(text('yes'), '-') },
          '',
        )
      : record(
          { header: required(anyText('x-canary'), 'x'), value: required(text('yes'), '-') },
          '',
        ),
})

/** A step with whatever changes it was given: what is no change, or more than one, the plan finds. */
interface AnyStep extends StepGates {
  readonly weight?: number
  readonly match?: RequestMatch
  readonly scale?: number
}

const CHANGES = ['weight', 'match', 'scale'] as const

const ANY_STEP = record<AnyStep>(
  {
    weight: optional(number(5)),
    match: optional(MATCH),
    scale: optional(number(5)),
    hold: optional(duration('Duration.minutes(2)')),
    approveBefore: optional(APPROVAL),
    approval: optional(APPROVAL),
    analysis: optional(list(METRIC)),
  },
  '{ weight: 5, hold: Duration.minutes(2) }',
)

/** What a rollout has whose steps cannot be read. */
export const STAND_IN_STEPS: readonly Step[] = [{ weight: 50, hold: Duration.minutes(2) }]

const STEP: Shape<Step> = readBy(ANY_STEP, (value, option, mistakes) => {
  const step = ANY_STEP.read(value, option, mistakes)
  const changes = CHANGES.filter((name) => isRecord(value) && value[name] !== undefined)
  if (step !== undefined && changes.length !== 1) {
    mistakes.add({
      option,
      value,
      problem: 'must have one of weight, match and scale',
      remedy: changes.length === 0 ? 'Write `weight: 5`' : 'Make a step of each',
    })
  }
  return step as Step | undefined
})

/** All of them or none: a step that is left out would make others look wrong. */
export const STEPS: Shape<readonly Step[]> = readBy(list(STEP), (value, option, mistakes) => {
  const before = mistakes.count
  const steps = list(STEP).read(value, option, mistakes)
  return mistakes.count === before ? steps : undefined
})

const APPROVAL_SECONDS = 24 * 60 * 60

/** The steps as the plan has them. A hold that nobody gave is `NaN`, for the plan's check to find. */
export function writeSteps(steps: readonly Step[]): RolloutStep[] {
  let holdSeconds = Number.NaN
  return steps.map((step) => {
    holdSeconds = step.hold?.toSeconds({ integral: false }) ?? holdSeconds
    const gates = {
      holdSeconds,
      ...(step.approveBefore !== undefined && { approveBefore: writeApproval(step.approveBefore) }),
      ...(step.approval !== undefined && { approval: writeApproval(step.approval) }),
    }
    if (step.match !== undefined) return { ...gates, match: step.match }
    if (step.scale !== undefined) return { ...gates, scale: step.scale }
    return { ...gates, weight: step.weight }
  })
}

function writeApproval(approval: Approval): PlannedApproval {
  if (typeof approval === 'string') {
    return { role: approval, quorum: 1, deadlineSeconds: APPROVAL_SECONDS, onTimeout: 'abort' }
  }
  const { role, quorum = 1, deadline, onTimeout = 'abort' } = approval
  return { role, quorum, deadlineSeconds: deadline.toSeconds({ integral: false }), onTimeout }
}
