import { readEnvironment } from '../gitops/environment-on-branch.ts'
import { BranchMovedError } from '../gitops/git-remote-errors.ts'
import { type RetryLostRacesProps, retryLostRaces } from '../gitops/retry-lost-races.ts'
import {
  type Actor,
  act,
  type RequestAtCluster,
  type RolloutRequest,
  RolloutRequestRefusedError,
} from '../rollouts/acts.ts'
import type { Move } from '../rollouts/decision.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { commitMoves, type Place } from './commit-moves.ts'
import { readApps } from './read-apps.ts'

export interface ActOnRolloutProps {
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly request: RolloutRequest | RequestAtCluster
  readonly actor: Actor
  /**
   * Asked with what the branch has of the app, each time that it was read and before anything is decided
   * upon that. What it throws is thrown.
   *
   * @default - whoever got here may do it
   */
  readonly permit?: (app: AppOnBranch) => void | Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly retry?: RetryLostRacesProps
}

export type ActResult =
  | { readonly outcome: 'committed'; readonly commit: string; readonly move: Move }
  /** It is so already. */
  | { readonly outcome: 'unchanged' }

/** There is nothing on the branch that a request could be about. */
export class UnknownRolloutError extends Error {
  override readonly name = 'UnknownRolloutError'
  readonly code = 'UNKNOWN_ROLLOUT'
  readonly remedy: string

  constructor(app: string, environment: string, known: readonly string[]) {
    super(`${app} has had no rollout in ${environment}`)
    this.remedy =
      known.length === 0 ? 'Publish a revision to start one' : `Use one of: ${known.join(', ')}`
  }
}

/** The files of an app tell nothing that can be relied on. The message says what to do. */
export class BrokenRolloutError extends Error {
  override readonly name = 'BrokenRolloutError'
  readonly code = 'BROKEN_ROLLOUT'
}

/**
 * Does what a person asks of the rollouts of an app, as one commit. It looks at the branch alone, so it
 * needs neither functions nor a cluster; what follows from it is the next tick's. Of an app whose files
 * somebody has changed by hand, nothing but an abort can be asked.
 *
 * @throws {RolloutRequestRefusedError}
 * @throws {UnknownRolloutError}
 * @throws {BrokenRolloutError}
 * @throws {BranchMovedError} if others were faster every time
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 */
export const actOnRollout = (props: ActOnRolloutProps): Promise<ActResult> =>
  retryLostRaces(() => attempt(props), props.retry)

async function attempt(props: ActOnRolloutProps): Promise<ActResult> {
  const { place, request, actor, permit, now, retry } = props
  const app = await findApp(props)
  await permit?.(app)
  const { plan, record, tampered } = app
  const isAbort = request.action === 'abort' || request.action === 'abort-noted'
  if (tampered !== undefined && !isAbort) throw refusedAfterEdit(app, tampered)
  const move = act(request, { plan, record: record.spec, actor, tampered, nowMs: now() })
  if (move === undefined) return { outcome: 'unchanged' }
  const { commit } = await commitMoves({
    place,
    moves: [{ app, move }],
    actor: actor.name,
    ...(retry !== undefined && { retry }),
  })
  // Somebody else has changed the app meanwhile, and what was asked for may mean something else now.
  if (commit === undefined) throw new BranchMovedError(place.branch, 'what was read')
  return { outcome: 'committed', commit, move }
}

function refusedAfterEdit({ record }: AppOnBranch, tampered: string): RolloutRequestRefusedError {
  const { rollout, queued } = record.spec
  const isAbortable = rollout !== undefined || queued !== undefined
  const other = isAbortable ? 'abort' : 'undo it with `lockstep publish --overwrite-drift`'
  return new RolloutRequestRefusedError(tampered, `Revert that on the branch, or ${other}`)
}

async function findApp({ place, app }: ActOnRolloutProps): Promise<AppOnBranch> {
  const { remote, branch, environment } = place
  const commit = await remote.tip(branch)
  const onBranch = await readEnvironment(remote, commit, environment)
  const only = new Set([app])
  const { apps, broken } = await readApps({ place, commit: commit ?? '', onBranch, only })
  const [found] = apps
  if (found !== undefined) return found
  if (broken[0] !== undefined) throw new BrokenRolloutError(broken[0].problem)
  throw new UnknownRolloutError(app, environment, [...onBranch.records.keys()].sort())
}
