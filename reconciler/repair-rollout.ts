import { recordTrailers } from '../gitops/app-trailers.ts'
import { commitMessage } from '../gitops/commit-message.ts'
import { type EnvironmentOnBranch, readEnvironment } from '../gitops/environment-on-branch.ts'
import { fileHistory } from '../gitops/file-history.ts'
import { readTrailers } from '../gitops/read-trailers.ts'
import { restoreFiles } from '../gitops/restore-files.ts'
import { type RetryLostRacesProps, retryLostRaces } from '../gitops/retry-lost-races.ts'
import { recordPath } from '../manifests/layout.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { UnknownRolloutError } from './act-on-rollout.ts'
import type { Place } from './commit-moves.ts'
import { lostRenditions } from './lost-renditions.ts'
import { readApps } from './read-apps.ts'
import { recordAsTold, type ToldRecord } from './record-as-told.ts'
import { UntoldRolloutError } from './untold-rollout-error.ts'

export interface RepairRolloutProps {
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  /** Who asks for it. */
  readonly actor: string
  readonly retry?: RetryLostRacesProps
}

export interface RepairedRollout {
  readonly commit: string
  /** The commit that has written the record last. */
  readonly asIn: string
  readonly record: RecordSpec
  /** On the branch, with the environment's folder. */
  readonly files: readonly string[]
}

/** There is nothing to repair. */
export class SoundRolloutError extends Error {
  override readonly name = 'SoundRolloutError'
  readonly code = 'SOUND_ROLLOUT'
  readonly remedy =
    'Revert on the branch what somebody has edited by hand, or undo it with `lockstep publish --overwrite-drift`'

  constructor(app: string, environment: string) {
    super(`What the branch keeps of the rollouts of ${app} in ${environment} is sound`)
  }
}

/**
 * Brings back what the branch keeps of an app's rollouts and what somebody has damaged: the record as our
 * newest commit of it has left it, if it says what all commits together tell, and the renditions that
 * it needs. What is applied to a cluster stays as it is, and so do edits by hand of that.
 *
 * @throws {SoundRolloutError} if all of it can be read
 * @throws {UntoldRolloutError}
 * @throws {UnknownRolloutError}
 * @throws {BranchMovedError} if others were faster every time
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 */
export const repairRollout = (props: RepairRolloutProps): Promise<RepairedRollout> =>
  retryLostRaces(() => attempt(props), props.retry)

async function attempt({ place, app, actor }: RepairRolloutProps): Promise<RepairedRollout> {
  const { remote, branch, environment } = place
  const commit = await remote.tip(branch)
  const onBranch = await readEnvironment(remote, commit, environment)
  if (commit === undefined || !onBranch.inventory.apps.has(app)) {
    throw new UnknownRolloutError(app, environment, [...onBranch.inventory.apps.keys()].sort())
  }
  const at = { place, commit, onBranch, app }
  const damage = await damageOf(at)
  if (damage === undefined) throw new SoundRolloutError(app, environment)
  const told = await recordAsTold(at)
  const files = [told.file, ...(await lostRenditions({ ...at, record: told.record }))]
  const changes = await restoreFiles({ remote, environment, onBranch, app, files })
  if (changes.length === 0) throw new UntoldRolloutError(pathOf(place, app), damage)
  const message = repairMessage({ environment, app, actor, from: commit, damage, told })
  const id = await remote.commit({ branch, parent: commit, isNewBranch: false, changes, message })
  return {
    commit: id,
    asIn: told.asIn,
    record: told.record,
    files: changes.map(({ path }) => path),
  }
}

interface RepairMessageProps extends Pick<RepairRolloutProps, 'app' | 'actor'> {
  readonly environment: string
  /** The commit that was looked at. */
  readonly from: string
  /** What was wrong, as a sentence. */
  readonly damage: string
  readonly told: ToldRecord
}

function repairMessage(props: RepairMessageProps): string {
  const { environment, app, actor, from, damage, told } = props
  const reasons = [damage.replaceAll(/\s+/g, ' '), `the record is that of ${told.asIn}`]
  const body = reasons.map((reason) => `- ${reason}`).join('\n')
  const trailers = recordTrailers(told.record, told.record)
  return commitMessage(`rollout ${environment}: ${app} repaired\n\n${body}`, {
    action: 'rollout',
    environment,
    apps: [{ app, action: 'repair', ...trailers, from, evidence: reasons, actor }],
  })
}

interface AppAt {
  readonly place: Place
  readonly commit: string
  readonly onBranch: EnvironmentOnBranch
  readonly app: string
}

/** What is wrong, as a sentence; `undefined` if nothing is. */
async function damageOf({ place, commit, onBranch, app }: AppAt): Promise<string | undefined> {
  if (onBranch.records.has(app)) {
    const only = new Set([app])
    const { broken } = await readApps({ place, commit, onBranch, only })
    return broken[0]?.problem
  }
  // An app that goes takes its record along: then it was us.
  const path = pathOf(place, app)
  const [newest] = await fileHistory({ remote: place.remote, commit, path })
  if (newest === undefined || readTrailers(newest.message).action !== undefined) return undefined
  return `${newest.author.name} removed ${path} in ${newest.id.slice(0, 10)}`
}

function pathOf({ environment }: Place, app: string): string {
  const [namespace = '', name = ''] = app.split('/')
  return `${environment}/${recordPath(namespace, name)}`
}
