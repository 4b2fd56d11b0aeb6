import { ROLLOUT_ACTIONS } from '../rollouts/decision.ts'
import type { RecordSpec, Rollout } from '../rollouts/record.ts'
import { type StageName, stageName } from '../rollouts/stage-name.ts'

/**
 * What a commit is about for one app. In the message it is a group of trailers that begins with
 * `Lockstep-App`; those of all apps stand one after the other.
 */
export interface AppTrailers {
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Absent if nothing of a rollout happened. */
  readonly action?: TrailerAction
  /** The rollout that is in flight afterwards, or that the commit has ended: its id. */
  readonly rollout?: string
  /** Which of that rollout's commits is the newest now, counted from 1. */
  readonly commit?: number
  /** The step that it is in, and how many there are: `2/4`. */
  readonly step?: string
  /** Where it is: what a commit of the rollout has done to the branch last. */
  readonly stage?: StageName
  /** Share of the requests that goes to the canary, in percent. */
  readonly weight?: number
  /** The commit that was decided upon. */
  readonly from?: string
  /** The revision that it is about. */
  readonly revision?: string
  /** The revision that was stable before. */
  readonly base?: string
  /** The revision that is released next. */
  readonly queued?: string
  /** The revision that is held back from now on. */
  readonly heldBack?: string
  /** Why, as sentences without a full stop. */
  readonly evidence?: readonly string[]
  /** Who asked for it. */
  readonly actor?: string
}

/**
 * What is done to an app's rollouts, and beside that `direct`: a revision becomes stable without a canary,
 * as somebody asked for; and `repair`: what the branch keeps of them is brought back as it was.
 */
export const TRAILER_ACTIONS = [...ROLLOUT_ACTIONS, 'direct', 'repair'] as const
export type TrailerAction = (typeof TRAILER_ACTIONS)[number]

/** What a record says of an app after a commit, for its trailers. */
export function recordTrailers(
  before: Pick<RecordSpec, 'rollout' | 'heldBack'>,
  after: RecordSpec,
): Omit<AppTrailers, 'app'> {
  const rollout = after.rollout ?? before.rollout
  const known = new Set(before.heldBack.map(({ revision }) => revision))
  const heldBack = after.heldBack.find(({ revision }) => !known.has(revision))
  return {
    ...(rollout !== undefined && rolloutTrailers(rollout, after.rollout)),
    stage: stageName(after.rollout?.stage),
    ...(after.queued !== undefined && { queued: after.queued.revision }),
    ...(heldBack !== undefined && { heldBack: heldBack.revision }),
  }
}

const rolloutTrailers = (
  { id, candidate, base, commits }: Rollout,
  after: Rollout | undefined,
): Omit<AppTrailers, 'app'> => ({
  rollout: id,
  // The commit that ends a rollout is one of it, and the record does not count it any more.
  commit: after === undefined ? commits + 1 : commits,
  revision: candidate,
  base,
})

/** Trailers in the order in which they are written, by name without the prefix. */
export const APP_TRAILERS = {
  app: 'App',
  action: 'Step-Action',
  rollout: 'Rollout',
  commit: 'Rollout-Commit',
  step: 'Step',
  stage: 'Stage',
  weight: 'Weight',
  from: 'From',
  revision: 'Revision',
  base: 'Base',
  queued: 'Queued',
  heldBack: 'Held-Back',
  evidence: 'Evidence',
  actor: 'Actor',
} as const satisfies Readonly<Record<keyof AppTrailers, string>>

export const appTrailerLines = (trailers: AppTrailers): [name: string, value: string][] =>
  Object.entries(APP_TRAILERS).flatMap(([key, name]) =>
    valuesOf(trailers[key as keyof AppTrailers]).map((value): [string, string] => [name, value]),
  )

function valuesOf(value: AppTrailers[keyof AppTrailers]): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'object' ? value : [String(value)]
}
