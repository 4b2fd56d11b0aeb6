import type { Duration } from 'cdk8s'
import type { AnalysisMetric } from '../rollouts/analysis-metric.ts'
import type {
  ApprovalTimeout,
  Approval as PlannedApproval,
  RequestMatch,
  RolloutStep,
} from '../rollouts/step.ts'

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
