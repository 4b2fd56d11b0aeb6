import type { MeasuredTrack } from '../rollouts/metrics.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'

/** A track of an app, as metric stores know it. */
export function measuredTrack(
  { metadata, spec }: RolloutPlan,
  track: 'stable' | 'canary',
): MeasuredTrack {
  const { deployment, service } = spec.tracks[track]
  return { namespace: metadata.namespace, app: metadata.name, track, deployment, service }
}
