import type { Construct } from 'constructs'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import {
  allowedDisruptions,
  type IntOrPercent,
  InvalidIntOrPercentError,
} from '../manifests/rounding.ts'
import { EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import type { WorkloadContext } from './workload-context.ts'

/** How many pods a drain may take at once. Both forms round up. */
export type Budget =
  | { readonly maxUnavailable: IntOrPercent; readonly minAvailable?: never }
  | { readonly minAvailable: IntOrPercent; readonly maxUnavailable?: never }

/** At least one pod at every size, and a drain of a large app does not take all day. */
export const DEFAULT_BUDGET: Budget = { maxUnavailable: '10%' }

export interface EmitBudgetProps {
  readonly budget: Budget
  /**
   * Fewest pods that the app has; at that size a drain must still be able to go on. Absent for a
   * budget that blocks drains because somebody asked for that.
   */
  readonly leastReplicas?: number
}

export function emitBudget(
  scope: Construct,
  { app, metadata, selector, mistakes }: WorkloadContext,
  { budget, leastReplicas }: EmitBudgetProps,
): EmittedObject<IPodDisruptionBudget> {
  if (leastReplicas !== undefined) checkBudget(budget, leastReplicas, mistakes)
  return new EmittedObject<IPodDisruptionBudget>(scope, 'PodDisruptionBudget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(app),
    spec: {
      ...budget,
      selector: { matchLabels: { ...selector } },
      // Pods that crash in a loop must not hold up the repair of the node they crash on.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  })
}

function checkBudget(budget: Budget, leastReplicas: number, mistakes: Mistakes): void {
  try {
    if (allowedDisruptions(leastReplicas, budget as Parameters<typeof allowedDisruptions>[1]) < 1) {
      mistakes.add({
        option: 'budget',
        value: budget,
        problem: `never lets a pod go when there are ${leastReplicas}, so every drain hangs`,
        remedy: 'Use `{ maxUnavailable: 1 }`, or more replicas',
      })
    }
  } catch (error) {
    if (!(error instanceof InvalidIntOrPercentError)) throw error
    mistakes.add({
      option: 'budget',
      value: budget,
      problem: 'is not a count or percentage',
      remedy: "Write 1 or '10%'",
    })
  }
}
