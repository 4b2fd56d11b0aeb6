import { readEnvironment } from '../gitops/environment-on-branch.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import type { Place } from './commit-moves.ts'
import { type BrokenApp, readApps } from './read-apps.ts'

/** How far the releases of one app have come, as the branch says. */
export interface RolloutState {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly record: RolloutRecord
  /** That of the candidate in flight, or of the revision queued; at rest that of the app. */
  readonly plan: RolloutPlan
  /** The revision that is stable. In flight, the one that was stable when the rollout started. */
  readonly stable: string
  /** Who has changed its files by hand, and what; absent if nobody has. */
  readonly tampered?: string
}

export interface RolloutStates {
  /** The commit that was read. Absent if there is no branch yet. */
  readonly commit?: string
  readonly states: readonly RolloutState[]
  readonly broken: readonly BrokenApp[]
}

export interface RolloutStatesProps {
  readonly place: Place
  /** `<namespace>/<app>`. @default - all that have had a rollout */
  readonly app?: string
}

/**
 * Reads the rollouts of an environment from the branch alone.
 *
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 * @throws {MalformedInventoryError}
 */
export async function rolloutStates({ place, app }: RolloutStatesProps): Promise<RolloutStates> {
  const { remote, branch, environment } = place
  const commit = await remote.tip(branch)
  if (commit === undefined) return { states: [], broken: [] }
  const onBranch = await readEnvironment(remote, commit, environment)
  const only = app === undefined ? new Set(onBranch.records.keys()) : new Set([app])
  const { apps, broken } = await readApps({ place, commit, onBranch, only })
  return {
    commit,
    states: apps.map(({ app, record, plan, stable, tampered }) => ({
      app,
      record,
      plan,
      stable,
      ...(tampered !== undefined && { tampered }),
    })),
    broken,
  }
}
