import { allowedDisruptions } from '../../manifests/rounding.ts'
import { budgetOf } from '../budget.ts'
import type { ObjectSet } from '../object-set.ts'
import { gracePeriodOf } from '../termination.ts'
import type { Workload } from '../workload.ts'
import type { Assumptions } from './assumptions.ts'
import { type Confidence, type Placement, placementOf } from './placement.ts'
import { startSecondsOf } from './start.ts'

/** What the drain of the node with most pods of a workload does. */
export interface Drain {
  /** Pods that stay available while it lasts. */
  readonly available: number
  readonly confidence: Confidence
  /** Longest time that it takes, in seconds; absent if it never ends. */
  readonly seconds?: number
  /** Why it never ends: no pod may be evicted, or two budgets make every eviction fail. */
  readonly blocked?: 'no-disruption-allowed' | 'two-budgets'
}

/**
 * Drains the node with most pods of a workload while all of them are healthy. The eviction API lets
 * as many go at once as the budget allows; each group must end, and its replacements be available,
 * before the next.
 */
export function drainOf(
  workload: Workload,
  pods: number,
  objects: ObjectSet,
  assumptions: Assumptions,
): Drain {
  const placement = placementOf(workload, pods, assumptions)
  const { running, perNode } = placement
  if (running === 0) return { available: 0, confidence: 'certain', seconds: 0 }
  const budgets = objects.budgetsOf(workload)
  if (budgets.length > 1) return blocked(placement, 'two-budgets')
  const budget = budgets[0] === undefined ? undefined : budgetOf(budgets[0].object)
  const allowed = budget === undefined ? running : allowedWith(running, pods, budget)
  if (allowed === 0) return blocked(placement, 'no-disruption-allowed')
  const atOnce = Math.min(allowed, perNode.pods)
  const rounds = Math.ceil(perNode.pods / atOnce)
  return {
    available: running - atOnce,
    // A budget holds whoever stands where.
    confidence: budget !== undefined && allowed <= perNode.pods ? 'certain' : perNode.confidence,
    seconds: rounds * (gracePeriodOf(workload) + startSecondsOf(workload, assumptions)),
  }
}

const blocked = ({ running }: Placement, why: NonNullable<Drain['blocked']>): Drain => ({
  available: running,
  confidence: 'certain',
  blocked: why,
})

/** Evictions that a budget allows; pods that found no place are missing already. */
const allowedWith = (
  running: number,
  pods: number,
  budget: Parameters<typeof allowedDisruptions>[1],
): number => Math.max(0, allowedDisruptions(pods, budget) - (pods - running))
