import type { RolloutAction } from '../../../rollouts/decision.ts'

/** What is committed of a release of two steps by weight, each for more pods than the one before. */
export const WHOLE_RELEASE: readonly RolloutAction[] = [
  'start',
  'shift',
  'scale',
  'shift',
  // All requests, for which there are pods enough already.
  'shift',
  'promote',
  'shift-back',
  'finish',
]
