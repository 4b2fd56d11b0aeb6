import type { Construct } from 'constructs'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { allowedDisruptions, type IntOrPercent } from '../manifests/rounding.ts'
import { EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import { record, required } from './options.ts'
import { choice, type Shape } from './shape.ts'
import { INT_OR_PERCENT } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'

/** How many pods a drain may take at once. Both forms round up. */
export type Budget =
  | { readonly maxUnavailable: IntOrPercent; readonly minAvailable?: never }
  | { readonly minAvailable: IntOrPercent; readonly maxUnavailable?: never }

const EXAMPLE = '{ maxUnavailable: 1 }'

export const BUDGET: Shape<Budget> = choice<Budget>({
  expected: 'an object with maxUnavailable or minAvailable, one of the two',
  example: EXAMPLE,
  pick: (value) => {
    if (!isRecord(value) || 'maxUnavailable' in value === 'minAvailable' in value) return undefined
    return 'maxUnavailable' in value
      ? record<{ maxUnavailable: IntOrPercent }>(
          { maxUnavailable: required(INT_OR_PERCENT, 1) },
          EXAMPLE,
        )
      : record<{ minAvailable: IntOrPercent }>(
          { minAvailable: required(INT_OR_PERCENT, 1) },
          EXAMPLE,
        )
  },
})

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
  const isSound = leastReplicas === undefined || checkBudget(budget, leastReplicas, mistakes)
  return new EmittedObject<IPodDisruptionBudget>(scope, 'PodDisruptionBudget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(app),
    spec: {
      ...(isSound ? budget : DEFAULT_BUDGET),
      selector: { matchLabels: { ...selector } },
      // Pods that crash in a loop must not hold up the repair of the node they crash on.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  })
}

/** @returns whether drains go on */
function checkBudget(budget: Budget, leastReplicas: number, mistakes: Mistakes): boolean {
  const allowed = allowedDisruptions(
    leastReplicas,
    budget as Parameters<typeof allowedDisruptions>[1],
  )
  if (allowed >= 1) return true
  mistakes.add({
    option: 'budget',
    value: budget,
    problem: `never lets a pod go when there are ${leastReplicas}, so every drain hangs`,
    remedy: 'Use `{ maxUnavailable: 1 }`, or more replicas',
  })
  return false
}
