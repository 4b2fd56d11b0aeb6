import type { Move } from './decision.ts'
import { committed } from './moved.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './plan.ts'
import type { RecordSpec, Rollout } from './record.ts'
import { stageState } from './stage-state.ts'
import { stageReplicas } from './track-replicas.ts'

/**
 * How many pods all traffic needs, by what autoscalers ask for: a track that was scaled above its
 * floor tells that the app needs more than when the rollout started.
 */
export function neededPods(
  { spec }: RolloutPlan,
  { stage, need }: Rollout,
  { stable, canary }: Pick<Observation, 'stable' | 'canary'>,
): number {
  if (spec.router.type === 'replica-ratio') return need
  const state = stageState(spec, stage)
  const floor = stageReplicas(spec.router, state, need)
  const ofStable = stable.desired > floor.stable ? stable.desired : need
  const { weight } = state.share
  const ofCanary =
    canary.desired > floor.canary && weight > 0 ? Math.ceil((canary.desired * 100) / weight) : need
  return Math.min(Math.max(need, ofStable, ofCanary), Math.max(need, spec.replicas.max))
}

/** Pins both tracks to more pods before anything else happens. */
export const raise = (record: RecordSpec, rollout: Rollout, need: number): Move => ({
  kind: 'move',
  action: 'raise',
  record: { ...record, rollout: { ...committed(rollout, 'workloads'), need } },
  evidence: [`the traffic needs ${need} pods, ${need - rollout.need} more than before`],
})
