import { readEnvironment } from '../gitops/environment-on-branch.ts'
import type { Closure } from '../rollouts/decision.ts'
import { BrokenRolloutError, UnknownRolloutError } from './act-on-rollout.ts'
import { closuresOf } from './closures.ts'
import type { Place } from './commit-moves.ts'
import { type Look, lookAtApp, type Surroundings } from './look-at-app.ts'
import { readApps } from './read-apps.ts'
import { waveMembers } from './wave-members.ts'

/** What was found of one app, and what a tick would do about it now. */
export interface RolloutLook extends Look {
  /** The commit that was looked at. */
  readonly commit: string
  readonly environment: string
  /** What keeps it from going on, whatever the cluster says; absent if nothing does. */
  readonly closure?: Closure
}

export interface LookAtRolloutProps extends Surroundings {
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Longest time to look at the cluster, and then once more for its metrics, in milliseconds. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/**
 * Looks at one app as a tick does, and does nothing about it.
 *
 * @throws {UnknownRolloutError} {BrokenRolloutError} {MalformedInventoryError}
 * @throws the reason of `signal`
 */
export async function lookAtRollout(props: LookAtRolloutProps): Promise<RolloutLook> {
  const { place, app: name, now } = props
  const { remote, branch, environment } = place
  const commit = (await remote.tip(branch)) ?? ''
  const onBranch = await readEnvironment(remote, commit, environment)
  const { apps, broken } = await readApps({ place, commit, onBranch, only: new Set([name]) })
  const [app] = apps
  if (app === undefined) {
    if (broken[0] !== undefined) throw new BrokenRolloutError(broken[0].problem)
    throw new UnknownRolloutError(name, environment, [...onBranch.records.keys()].sort())
  }
  const active = await readApps({ place, commit, onBranch })
  const members = await waveMembers({ place, commit, onBranch }, active)
  const closure = (await closuresOf({ place, onBranch, apps, members, nowMs: now() }))(app)
  const look = await lookAtApp({ ...props, app, closure })
  return { ...look, commit, environment, ...(closure !== undefined && { closure }) }
}
