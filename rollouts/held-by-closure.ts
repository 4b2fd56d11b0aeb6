import type { Move, RolloutAction } from './decision.ts'

/** To begin a rollout, and to enter a step of it. */
const HELD: ReadonlySet<RolloutAction> = new Set(['start', 'scale', 'shift', 'promote'])

/**
 * Whether a move is one that is not made while a `STOP` file or a freeze window is there. What is on its
 * way to an end, and what people ask for, always is.
 */
export const isHeldByClosure = ({ action }: Pick<Move, 'action'>): boolean => HELD.has(action)
