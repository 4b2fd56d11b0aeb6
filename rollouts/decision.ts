import type { RecordSpec } from './record.ts'

/** What a commit of a rollout does, as its trailers say. */
export const ROLLOUT_ACTIONS = [
  'start',
  'scale',
  'shift',
  'raise',
  'await',
  'promote',
  'shift-back',
  'finish',
  'abort',
  'abort-shift',
  'abort-finish',
  'pause',
  'resume',
  'hasten',
  'approve',
  'queue',
  'drop',
  'settle',
] as const
export type RolloutAction = (typeof ROLLOUT_ACTIONS)[number]

/** What is to be done about the rollouts of one app now. */
export type Decision = Move | Wait

/** One commit. */
export interface Move {
  readonly kind: 'move'
  readonly action: RolloutAction
  /** The record after it. The app's files follow from it. */
  readonly record: RecordSpec
  /** Why, as sentences without a full stop. */
  readonly evidence: readonly string[]
  /** Who has asked for it elsewhere than on the branch; absent if nobody has. */
  readonly actor?: string
}

/** Nothing to do yet. */
export interface Wait {
  readonly kind: 'wait'
  /** What is waited for, as sentences without a full stop; empty at rest. */
  readonly reasons: readonly string[]
  /** When a reason ends by itself, in milliseconds since 1970; absent if none does. */
  readonly untilMs?: number
}

/** A time in which nothing is begun and no step is entered: a freeze window, or a `STOP` file. */
export interface Closure {
  /** As a sentence without a full stop. */
  readonly reason: string
  /** When it ends, in milliseconds since 1970; absent if nobody knows. */
  readonly opensAtMs?: number
  /** Whether one may go back to a revision that was stable before all the same. */
  readonly sparesRollbacks?: true
}
