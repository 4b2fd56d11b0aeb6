import { record, required } from './options.ts'
import { type Shape, shape } from './shape.ts'
import { type Waiver, waive } from './waiver.ts'

/** A drain may not end the pods by itself. Made by `neverWithout`. */
export interface BlockedDrains {
  /** What has to be done before, and by whom. Written into the annotation of the waiver. */
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

const ACTION: Shape<string> = shape({
  expected: 'a text that says who does what before the pod may go',
  example: "'the storage team moves the volume'",
  is: (value) => typeof value === 'string' && value.trim() !== '',
})

export const DRAINS = record<BlockedDrains>(
  { neverWithout: required(ACTION, 'missing') },
  "neverWithout('the storage team moves the volume')",
)

/** The budget that lets nobody go breaks a rule, and this is the reason. */
export function drainWaivers(drains: BlockedDrains | undefined): readonly Waiver[] {
  if (drains === undefined) return []
  return [waive('pdb/never-evictable', `no drain without this first: ${drains.neverWithout}`)]
}
