import type { Mistakes } from './mistakes.ts'
import { type Waiver, waive } from './waiver.ts'

/** A drain may not end the pods by itself. Made by `neverWithout`. */
export interface BlockedDrains {
  readonly neverWithout: string
}

/**
 * No drain ends the pods: each waits until a person has done what must be done first, and ended
 * the pod. Node upgrades and scale-down of the cluster wait with it, so the text is written beside
 * the budget, where whoever runs them finds it.
 *
 * @param action who does what before the pod may go: `'the storage team moves the volume'`
 */
export const neverWithout = (action: string): BlockedDrains => ({ neverWithout: action })

/** The budget that lets nobody go breaks a rule, and this is the reason. */
export function drainWaivers(drains: BlockedDrains | undefined): readonly Waiver[] {
  if (drains === undefined) return []
  return [waive('pdb/never-evictable', `no drain without this first: ${drains.neverWithout}`)]
}

export function checkDrains(drains: BlockedDrains | undefined, mistakes: Mistakes): void {
  if (drains === undefined || drains.neverWithout.trim() !== '') return
  mistakes.add({
    option: 'drains',
    value: drains.neverWithout,
    problem: 'must say who does what before the pod may go',
    remedy: "Write it as `neverWithout('the storage team moves the volume')`",
  })
}
