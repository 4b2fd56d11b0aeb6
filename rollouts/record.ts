import type { PLAN_API_VERSION } from './plan.ts'

export const RECORD_KIND = 'RolloutRecord'

/**
 * How far the releases of one app have come: the content of `rollouts/<namespace>/<app>/record.yaml`.
 * With the renderings beside it (`Rendition`) it says all that has to be remembered between two looks;
 * everything else is observed. An app that never had a rollout has none.
 */
export interface RolloutRecord {
  readonly apiVersion: typeof PLAN_API_VERSION
  readonly kind: typeof RECORD_KIND
  readonly metadata: {
    /** The app. */
    readonly name: string
    readonly namespace: string
  }
  readonly spec: RecordSpec
}

export interface RecordSpec {
  /** How many rollouts the app has had, the one in flight included. Makes their ids differ. */
  readonly count: number
  /** The rollout in flight. Absent at rest. */
  readonly rollout?: Rollout
  /** The revision that is released next; the newest of those that were published meanwhile. */
  readonly queued?: QueuedRevision
  /** Revisions that publish does not start again by itself, newest first. */
  readonly heldBack: readonly HeldBackRevision[]
  /** Revisions that were stable before, newest first, to which one can go back. */
  readonly former: readonly string[]
  /** Absent if there is none. */
  readonly unsettled?: UnsettledAbort
}

/**
 * An abort that was made in the cluster, and of which the branch does not know yet that it was settled, or
 * that the cluster follows the branch again.
 */
export interface UnsettledAbort {
  /** Id of the rollout. */
  readonly rollout: string
  /** When it was made, RFC 3339. */
  readonly at: string
  /** What was suspended for it, for people: `Kustomization flux-system/prod-workloads`. */
  readonly syncs: readonly string[]
}

export interface QueuedRevision {
  readonly revision: string
  /** Started on purpose although it was held back, or is a former one: no holds then. */
  readonly request?: RevisionRequest
}

/** Why a person has queued a revision. */
export interface RevisionRequest {
  readonly kind: 'retry' | 'rollback'
  readonly by: string
}

export interface HeldBackRevision {
  readonly revision: string
  /** Id of the rollout that was aborted; absent if it was never started. */
  readonly rollout?: string
  /** As a sentence without a full stop. */
  readonly reason: string
}

export interface Rollout {
  /** Unique among those of the app: `<candidate>-<count>`. */
  readonly id: string
  /** Revision that is to become stable. */
  readonly candidate: string
  /** Revision that was stable before. */
  readonly base: string
  readonly stage: Stage
  /** When the stage was entered, RFC 3339. */
  readonly since: string
  /** Pods that all traffic needs. Never falls before the end. */
  readonly need: number
  /** Without holds and analysis: back to a revision that was stable before. */
  readonly isRollback?: true
  /** When it was started, RFC 3339. */
  readonly startedAt: string
  /** Commits of this rollout so far. */
  readonly commits: number
  /** Which of them changed the app's part of each synced folder last; 0 if none did. */
  readonly changed: { readonly workloads: number; readonly traffic: number }
  readonly paused?: Pause
  /** Step whose hold a person has ended, counted from 1. */
  readonly hastened?: number
  /** Set while an approval is all that is missing. */
  readonly awaiting?: AwaitedApproval
  readonly approvals: readonly GivenApproval[]
  readonly abort?: Abort
}

/**
 * Where a rollout is. A step (counted from 1) is reached in two commits: capacity first (`scaling`),
 * then the traffic (`live`).
 */
export type Stage =
  | ForwardStage
  /** Stable gets its old template back first, if it had lost it; then the traffic. */
  | {
      readonly phase: 'aborting'
      readonly part: 'template' | 'traffic'
      /** Where it was when it was aborted. */
      readonly from: ForwardStage
    }

/** A stage of a rollout that nobody has aborted. */
export type ForwardStage =
  | { readonly phase: 'progressing'; readonly step: number; readonly part: 'scaling' | 'live' }
  /** Stable gets the candidate's template, all traffic is on the canary. */
  | { readonly phase: 'promoting' }
  /** Stable is the candidate; traffic goes back to it. */
  | { readonly phase: 'shifting-back' }

export interface Pause {
  readonly by: string
  readonly reason: string
  /** RFC 3339. */
  readonly at: string
}

/** A gate of a step: before it is entered, or before it is left. */
export interface ApprovalGate {
  /** Counted from 1. */
  readonly step: number
  readonly gate: 'enter' | 'leave'
}

export interface AwaitedApproval extends ApprovalGate {
  /** Since when nothing else is missing, RFC 3339. */
  readonly since: string
}

/** A yes. It counts for the rollout that it stands in, so for one revision, and for one gate. */
export interface GivenApproval extends ApprovalGate {
  /** Who: the name by which the authenticator knows them. */
  readonly by: string
  /** How that was proven: `oidc https://token.actions.example.com`, `git alice@example.com`. */
  readonly proof: string
  /** RFC 3339. */
  readonly at: string
}

export interface Abort {
  /** As a sentence without a full stop. */
  readonly reason: string
  /** Who asked for it; absent if nobody did. */
  readonly by?: string
  /** RFC 3339. */
  readonly at: string
  /** Whether publish must not start the revision again by itself. */
  readonly holdsBack: boolean
}

export const NO_ROLLOUT_YET: RecordSpec = { count: 0, heldBack: [], former: [] }
