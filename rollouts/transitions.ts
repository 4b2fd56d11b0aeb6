import type { RolloutAction } from './decision.ts'
import type { StageName } from './stage-name.ts'

/** A commit of a rollout: what it does, and between which stages. */
export interface Transition {
  readonly from: StageName
  readonly action: RolloutAction
  readonly to: StageName
}

const STEPS = ['scaling', 'live'] as const
const FORWARD = [...STEPS, 'promoting', 'shifting-back'] as const
const ABORTING = ['aborting-template', 'aborting-traffic'] as const

const stays = (action: RolloutAction, stages: readonly StageName[]): readonly Transition[] =>
  stages.map((stage) => ({ from: stage, action, to: stage }))

/**
 * Every transition that there is. The docs draw it, and a test holds it against what the reducer and
 * people's requests do: nothing else happens, and each of these does.
 */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'at-rest', action: 'start', to: 'scaling' },
  // Without a router the pods are the traffic; and before the first step somebody may be asked.
  { from: 'at-rest', action: 'start', to: 'live' },
  { from: 'scaling', action: 'shift', to: 'live' },
  { from: 'live', action: 'scale', to: 'scaling' },
  // The capacity of the next step is there already.
  { from: 'live', action: 'shift', to: 'live' },
  // A step that changes pods alone.
  { from: 'live', action: 'scale', to: 'live' },
  { from: 'live', action: 'promote', to: 'promoting' },
  { from: 'promoting', action: 'shift-back', to: 'shifting-back' },
  { from: 'shifting-back', action: 'finish', to: 'at-rest' },
  { from: 'scaling', action: 'abort', to: 'aborting-traffic' },
  { from: 'live', action: 'abort', to: 'aborting-traffic' },
  // No request could reach the canary.
  { from: 'scaling', action: 'abort', to: 'at-rest' },
  { from: 'live', action: 'abort', to: 'at-rest' },
  { from: 'promoting', action: 'abort', to: 'aborting-template' },
  { from: 'shifting-back', action: 'abort', to: 'aborting-template' },
  { from: 'aborting-template', action: 'abort-shift', to: 'aborting-traffic' },
  { from: 'aborting-traffic', action: 'abort-finish', to: 'at-rest' },
  ...stays('raise', FORWARD),
  ...stays('await', ['live']),
  ...stays('pause', STEPS),
  ...stays('resume', STEPS),
  ...stays('hasten', ['live']),
  ...stays('approve', FORWARD),
  ...stays('queue', ['at-rest', ...FORWARD, ...ABORTING]),
  ...stays('drop', ['at-rest']),
  // An abort in the cluster may be settled when the next release is on its way.
  ...stays('settle', ['at-rest', ...FORWARD, ...ABORTING]),
]
