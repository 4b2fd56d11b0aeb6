import { readEnvironment } from '../gitops/environment-on-branch.ts'
import { BrokenRolloutError } from '../reconciler/act-on-rollout.ts'
import { closuresOf } from '../reconciler/closures.ts'
import { type Look, lookAtApp, type Surroundings } from '../reconciler/look-at-app.ts'
import { readApps } from '../reconciler/read-apps.ts'
import { waveMembers } from '../reconciler/wave-members.ts'
import type { Closure } from '../rollouts/decision.ts'
import type { FoundRollout } from './find-rollout.ts'

/** What was found of one app, and what a tick would do about it now. */
export interface RolloutLook extends Look {
  /** The commit that was looked at. */
  readonly commit: string
  readonly environment: string
  /** What keeps it from going on, whatever the cluster says; absent if nothing does. */
  readonly closure?: Closure
}

const DEADLINE_MS = 10_000

/**
 * Looks at one app as a tick does, and does nothing about it.
 *
 * @throws {BrokenRolloutError} {MalformedInventoryError}
 * @throws the reason of `signal`
 */
export async function lookAtRollout(
  { place, app: name }: FoundRollout,
  surroundings: Omit<Surroundings, 'now'>,
  signal: AbortSignal,
): Promise<RolloutLook> {
  const { remote, branch, environment } = place
  const commit = (await remote.tip(branch)) ?? ''
  const onBranch = await readEnvironment(remote, commit, environment)
  const { apps, broken } = await readApps({ place, commit, onBranch, only: new Set([name]) })
  const [app] = apps
  if (app === undefined) throw new BrokenRolloutError(broken[0]?.problem ?? `${name} is gone`)
  const active = await readApps({ place, commit, onBranch })
  const members = await waveMembers({ place, commit, onBranch }, active)
  const closure = (await closuresOf({ place, onBranch, apps, members, nowMs: Date.now() }))(app)
  const look = await lookAtApp({
    ...surroundings,
    app,
    closure,
    now: Date.now,
    deadlineMs: DEADLINE_MS,
    signal,
  })
  return { ...look, commit, environment, ...(closure !== undefined && { closure }) }
}
