import { affinityTermsOf, ZONE_KEY } from '../spreading.ts'
import { updateBoundsOf } from '../update-strategy.ts'
import type { Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'

/** What an update of a workload does. */
export interface Update {
  /** Pods of either revision that are available at every moment. */
  readonly available: number
  /** Pods that exist at most, without those that are ending. */
  readonly total: number
  /** Whether it cannot go on: the pod that comes first has no place, and none may go before. */
  readonly hangs: boolean
}

/** `undefined` if the workload is not updated by Kubernetes, or its strategy cannot be read. */
export function updateOf(
  workload: Workload,
  pods: number,
  running: number,
  { zones }: Assumptions,
): Update | undefined {
  const bounds = updateBoundsOf(workload, pods)
  if (bounds === undefined) return undefined
  if (bounds.type === 'Recreate') return { available: 0, total: pods, hangs: false }
  if (bounds.type === 'OnDelete') return { available: running, total: pods, hangs: false }
  const { surge, unavailable } = bounds
  return {
    available: Math.max(0, Math.min(running, pods - unavailable)),
    total: pods + surge,
    hangs: surge > 0 && unavailable === 0 && running === zones && mustBeAlone(workload),
  }
}

/** Whether a pod refuses the zone of any other of its workload, older revisions included. */
const mustBeAlone = (workload: Workload): boolean =>
  affinityTermsOf(workload).some(
    ({ isRequired, isOwn, topologyKey, revisionOnly }) =>
      isRequired && isOwn && topologyKey === ZONE_KEY && !revisionOnly,
  )
