import { at, number } from '../manifests/fields.ts'
import type { ObjectSet } from './object-set.ts'
import type { Workload } from './workload.ts'

/** How many pods a workload may be asked to run. */
export interface ReplicaRange {
  readonly min: number
  readonly max: number
  /** Who decides: the number in the manifest, an autoscaler, or Kubernetes' default of 1. */
  readonly by: 'replicas' | 'autoscaler' | 'default'
}

/** Kinds that run one pod for each node or each task instead of a number of them. */
const WITHOUT_REPLICAS: ReadonlySet<string> = new Set(['DaemonSet', 'Job', 'CronJob', 'Pod'])

/** `undefined` for workloads that have no replicas. */
export function replicaRangeOf(workload: Workload, objects: ObjectSet): ReplicaRange | undefined {
  if (WITHOUT_REPLICAS.has(workload.kind)) return undefined
  const autoscaler = objects.autoscalersOf(workload)[0]?.object
  if (autoscaler?.kind === 'HorizontalPodAutoscaler') {
    const min = number(at(autoscaler, 'spec', 'minReplicas')) ?? 1
    return { min, max: number(at(autoscaler, 'spec', 'maxReplicas')) ?? min, by: 'autoscaler' }
  }
  if (autoscaler !== undefined) {
    // KEDA's own defaults.
    const min = number(at(autoscaler, 'spec', 'minReplicaCount')) ?? 0
    return { min, max: number(at(autoscaler, 'spec', 'maxReplicaCount')) ?? 100, by: 'autoscaler' }
  }
  const replicas = number(at(workload.object, 'spec', 'replicas'))
  if (replicas === undefined) return { min: 1, max: 1, by: 'default' }
  return { min: replicas, max: replicas, by: 'replicas' }
}
