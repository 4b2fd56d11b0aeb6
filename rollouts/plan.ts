import type { IntOrPercent } from '../manifests/rounding.ts'
import type { AnalysisMetric } from './analysis-metric.ts'
import type { FreezeWindow } from './freeze-window.ts'
import type { RolloutStep } from './step.ts'

/** Of files on the deploy branch. There is no such API in any cluster. */
export const PLAN_API_VERSION = 'lockstep.dev/v1alpha1'
export const PLAN_KIND = 'RolloutPlan'

/**
 * How a candidate of one app becomes stable: the content of `rollouts/<namespace>/<app>/plan.yaml`.
 * It is declared with the app and written by publish; nothing applies it to a cluster.
 */
export interface RolloutPlan {
  readonly apiVersion: typeof PLAN_API_VERSION
  readonly kind: typeof PLAN_KIND
  readonly metadata: {
    /** The app. */
    readonly name: string
    readonly namespace: string
  }
  readonly spec: RolloutSpec
}

export interface RolloutSpec {
  readonly tracks: { readonly stable: Track; readonly canary: CanaryTrack }
  /** How many pods the app has outside of rollouts. */
  readonly replicas: ReplicaRange
  readonly router: Router
  /** What happens before all traffic is on the canary, in order. */
  readonly steps: readonly RolloutStep[]
  /** What must hold meanwhile. */
  readonly analysis: readonly AnalysisMetric[]
  /** When no step is entered. An abort is exempt. */
  readonly freezeWindows: readonly FreezeWindow[]
  /** Longest time from the first step to the promotion; then the rollout is aborted. */
  readonly deadlineSeconds: number
  /**
   * Apps of a later wave start only once nothing is released in an earlier one. Counted from 1.
   *
   * @default 1
   */
  readonly wave?: number
}

/** One of the two workloads that share the traffic of an app. */
export interface Track {
  /** Name of its Deployment. */
  readonly deployment: string
  /** Name of the Service that selects its pods alone. */
  readonly service: string
}

export interface CanaryTrack extends Track {
  /** Most pods that it may have. How many it has at least, each step says. */
  readonly maxReplicas: number
}

/** Pods, both ends included. The same number twice where no autoscaler decides. */
export interface ReplicaRange {
  readonly min: number
  readonly max: number
}

/** What splits the traffic between the tracks. */
export type Router = RouteRouter | ReplicaRatioRouter

/** A route object whose backends have weights. */
export interface RouteRouter {
  readonly type: 'route'
  /** What people call it: `Gateway API`. */
  readonly name: string
  readonly capabilities: {
    /** Whether any whole percentage of the requests can go to the canary. */
    readonly weights: boolean
    /** Whether requests with a certain header or cookie can. */
    readonly matches: boolean
  }
  /**
   * How long some requests may still go by an older route once the router has said that it took the
   * new one. Until it is over a step has not begun, and the capacity of what came before stays.
   */
  readonly settleSeconds: number
}

/** No router: one Service selects the pods of both tracks, and connections follow their numbers. */
export interface ReplicaRatioRouter {
  readonly type: 'replica-ratio'
  /** Pods beyond the desired number that the tracks may have together while they share it. */
  readonly surge: IntOrPercent
}
