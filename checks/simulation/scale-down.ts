import type { ReplicaRange } from '../replica-range.ts'
import type { Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'
import { type Crowd, placementOf } from './placement.ts'

/**
 * The most pods that may stand in one zone when the fewest are left of the most. The ReplicaSet controller
 * takes first what shares a node with others, then what became ready last (`ActivePodsWithRanks`), and
 * pays no heed to zones, not even where spreading is required: all that stay may be of the zone that had
 * most. Nothing moves them before the next rollout, or before there are more pods again.
 *
 * @returns `undefined` where nobody takes pods away so: with a fixed number there are never fewer, and a
 * StatefulSet gives back its last ones
 */
export function crowdAfterScaleDown(
  workload: Workload,
  { min, max }: ReplicaRange,
  assumptions: Assumptions,
): Crowd | undefined {
  if (min === max || workload.kind === 'StatefulSet') return undefined
  const few = placementOf(workload, min, assumptions)
  const many = placementOf(workload, max, assumptions)
  const pods = Math.min(few.running, many.perZone.pods)
  return pods <= few.perZone.pods ? few.perZone : { pods, confidence: 'possible' }
}
