import { at, fields, number } from '../manifests/fields.ts'
import { rollingUpdateBounds } from '../manifests/rounding.ts'
import type { Workload } from './workload.ts'

/** What an update of a workload with a given number of replicas does to its pods. */
export type UpdateBounds =
  | { readonly type: 'RollingUpdate'; readonly surge: number; readonly unavailable: number }
  /** All pods end before the first new one starts. */
  | { readonly type: 'Recreate' }
  /** Nothing happens until somebody deletes the old pods. */
  | { readonly type: 'OnDelete' }

/** `undefined` for workloads that are not updated, or whose strategy cannot be read. */
export function updateBoundsOf(workload: Workload, replicas: number): UpdateBounds | undefined {
  if (workload.kind === 'StatefulSet') return statefulSetBounds(workload, replicas)
  if (workload.kind !== 'Deployment') return undefined
  const strategy = fields(at(workload.object, 'spec', 'strategy'))
  if (strategy.type === 'Recreate') return { type: 'Recreate' }
  const { maxSurge = '25%', maxUnavailable = '25%' } = fields(strategy.rollingUpdate)
  if (!isIntOrPercent(maxSurge) || !isIntOrPercent(maxUnavailable)) return undefined
  return { type: 'RollingUpdate', ...rollingUpdateBounds(replicas, maxSurge, maxUnavailable) }
}

/** A StatefulSet replaces one pod at a time unless told otherwise, and never runs a pod too many. */
function statefulSetBounds({ object }: Workload, replicas: number): UpdateBounds {
  const strategy = fields(at(object, 'spec', 'updateStrategy'))
  if (strategy.type === 'OnDelete') return { type: 'OnDelete' }
  const unavailable = number(at(strategy, 'rollingUpdate', 'maxUnavailable')) ?? 1
  return { type: 'RollingUpdate', surge: 0, unavailable: Math.min(unavailable, replicas) }
}

/** Whether Kubernetes reads this as a number of pods or a percentage of them. */
export const isIntOrPercent = (value: unknown): value is number | string =>
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
  (typeof value === 'string' && /^[0-9]{1,9}%$/.test(value))
