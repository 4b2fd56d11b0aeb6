import { readEnvironment } from '../gitops/environment-on-branch.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import { closuresOf } from './closures.ts'
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
  /** What keeps it from going on: a `STOP` file or a freeze window. Absent if nothing does. */
  readonly closed?: string
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
  /** Milliseconds since 1970, to say what is closed then. @default - nothing is said of that */
  readonly nowMs?: number
}

/**
 * Reads the rollouts of an environment from the branch alone.
 *
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 * @throws {MalformedInventoryError}
 */
export async function rolloutStates({
  place,
  app,
  nowMs,
}: RolloutStatesProps): Promise<RolloutStates> {
  const { remote, branch, environment } = place
  const commit = await remote.tip(branch)
  if (commit === undefined) return { states: [], broken: [] }
  const onBranch = await readEnvironment(remote, commit, environment)
  const only = app === undefined ? new Set(onBranch.records.keys()) : new Set([app])
  const { apps, broken } = await readApps({ place, commit, onBranch, only })
  const closures =
    nowMs === undefined
      ? () => undefined
      : await closuresOf({ place, onBranch, apps, members: [], nowMs })
  const states = apps.map((each): RolloutState => {
    const { app, record, plan, stable, tampered } = each
    const closed = closures(each)?.reason
    return {
      app,
      record,
      plan,
      stable,
      ...(tampered !== undefined && { tampered }),
      ...(closed !== undefined && { closed }),
    }
  })
  return { commit, states, broken }
}
