import type { Move } from './decision.ts'
import { committed } from './moved.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec, Rollout } from './record.ts'
import { stageState } from './stage-state.ts'
import { FULL_WEIGHT } from './step-state.ts'
import { stageReplicas } from './track-replicas.ts'

/**
 * How many pods all traffic needs, by what autoscalers ask for: a track that was scaled above its
 * floor tells what its share of the traffic needs, and that the app needs more than when the rollout
 * started.
 */
export function neededPods(
  { spec }: RolloutPlan,
  { stage, need }: Rollout,
  { stable, canary }: Pick<Observation, 'stable' | 'canary'>,
): number {
  if (spec.router.type === 'replica-ratio') return need
  const state = stageState(spec, stage)
  const floor = stageReplicas(spec.router, state, need)
  const { weight } = state.share
  const needs = [
    need,
    ...(stable.desired > floor.stable ? [ofWhole(stable.desired, FULL_WEIGHT - weight)] : []),
    ...(canary.desired > floor.canary ? [ofWhole(canary.desired, weight)] : []),
  ]
  return Math.min(Math.max(...needs), Math.max(need, spec.replicas.max))
}

/** What all traffic needs if a share of it, in percent, needs so many pods. */
const ofWhole = (pods: number, share: number): number =>
  share > 0 ? Math.ceil((pods * FULL_WEIGHT) / share) : 0

/** Pins both tracks to more pods before anything else happens. */
export const raise = (record: RecordSpec, rollout: Rollout, need: number): Move => ({
  kind: 'move',
  action: 'raise',
  record: { ...record, rollout: { ...committed(rollout, 'workloads'), need } },
  evidence: [`the traffic needs ${need} pods, ${need - rollout.need} more than before`],
})
