import { scaled } from '../manifests/rounding.ts'
import type { Router } from './plan.ts'
import { type ReplicaRatio, replicaRatio } from './replica-ratio.ts'
import type { StageState } from './stage-state.ts'
import type { StepState } from './step-state.ts'

/** Pods that each track must have at least. */
export interface TrackReplicas {
  readonly stable: number
  readonly canary: number
}

/**
 * Fewest pods of a canary behind a router. With one, its share of the requests would fail whenever
 * a node is drained in mid-step.
 */
const LEAST_CANARY = 2

/**
 * Capacity for a step. Behind a router stable keeps all that the traffic needs, so that an abort
 * meets full capacity, and the canary has its share in addition. Without one the pods are the
 * weight, so the tracks share what is needed, and an abort has to scale stable up first.
 *
 * @param need pods that all traffic needs: what stable was asked to run when the rollout started
 */
export function trackReplicas(
  router: Router,
  { weight, capacity }: StepState,
  need: number,
): TrackReplicas {
  if (capacity === 0) return { stable: need, canary: 0 }
  if (router.type === 'route') {
    return { stable: need, canary: Math.max(LEAST_CANARY, Math.ceil((need * capacity) / 100)) }
  }
  const { stable, canary } = ratioOf(router, weight, need)
  return { stable, canary }
}

/** What the tracks come to without a router, and how far that is from the weight. */
export const ratioOf = (
  router: Extract<Router, { type: 'replica-ratio' }>,
  weight: number,
  need: number,
): ReplicaRatio => replicaRatio({ replicas: need, weight, surge: scaled(router.surge, need, 'up') })

/** Capacity for a stage of a rollout. */
export function stageReplicas(
  router: Router,
  { capacity, stableIsWhole }: Pick<StageState, 'capacity' | 'stableIsWhole'>,
  need: number,
): TrackReplicas {
  const replicas = trackReplicas(router, capacity, need)
  return stableIsWhole ? { ...replicas, stable: need } : replicas
}
