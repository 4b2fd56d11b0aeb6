import { type EnvironmentOnBranch, readEnvironment } from '../gitops/environment-on-branch.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { type RetryLostRacesProps, retryLostRaces } from '../gitops/retry-lost-races.ts'
import { type ChangedApp, rolloutChanges } from '../gitops/rollout-changes.ts'
import type { Move } from '../rollouts/decision.ts'
import { isHeldByClosure } from '../rollouts/held-by-closure.ts'
import { neededRevisions } from '../rollouts/needed-revisions.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import { filesAfter } from './files-after.ts'
import { moveMessage } from './move-message.ts'
import { sameOnBranch } from './same-on-branch.ts'
import { stopsOnBranch } from './stops-on-branch.ts'

/** A branch of a repository, and an environment on it. */
export interface Place {
  readonly remote: GitRemote
  /** Branch that Flux or Argo CD watches. */
  readonly branch: string
  readonly environment: string
}

/** What is to be done about one app, and what that was decided upon. */
export interface PlannedMove {
  readonly app: AppOnBranch
  readonly move: Move
}

export interface CommitMovesProps {
  readonly place: Place
  readonly moves: readonly PlannedMove[]
  /** Who asked for them; absent if nobody did. */
  readonly actor?: string | undefined
  readonly retry?: RetryLostRacesProps
}

export interface CommittedMoves {
  /** Absent if nothing was written. */
  readonly commit?: string
  readonly made: readonly PlannedMove[]
  /** Somebody else has changed these apps since they were looked at, so what was decided is void. */
  readonly overtaken: readonly PlannedMove[]
  /** Somebody has put a `STOP` file there for these. */
  readonly stopped: readonly PlannedMove[]
}

/**
 * Makes one commit of some moves. A move holds only for the state that it was decided upon: if the
 * branch has another one of that app by now, it is left out. So is what goes forward where the commit
 * would go on top of a `STOP` file. What others have changed meanwhile stays.
 *
 * @throws {BranchMovedError} if others were faster every time
 * @throws {RemoteRefusedError}
 * @throws {RemoteUnreachableError}
 */
export const commitMoves = (props: CommitMovesProps): Promise<CommittedMoves> =>
  retryLostRaces(() => attempt(props), props.retry)

async function attempt({ place, moves, actor }: CommitMovesProps): Promise<CommittedMoves> {
  const { remote, branch, environment } = place
  const parent = await remote.tip(branch)
  const onBranch = await readEnvironment(remote, parent, environment)
  const current = moves.filter(({ app }) => sameOnBranch(app, onBranch))
  const overtaken = moves.filter((planned) => !current.includes(planned))
  const stopped = await stoppedOf(current, place, onBranch)
  const made = current.filter((planned) => !stopped.includes(planned))
  if (parent === undefined || made.length === 0) return { made: [], overtaken, stopped }
  const changes = await rolloutChanges({
    remote,
    environment,
    onBranch,
    apps: made.map((planned) => changedApp(planned, environment)),
  })
  const message = moveMessage({ environment, moves: made, from: parent, actor })
  const commit = await remote.commit({ branch, parent, isNewBranch: false, changes, message })
  return { commit, made, overtaken, stopped }
}

async function stoppedOf(
  moves: readonly PlannedMove[],
  place: Place,
  onBranch: EnvironmentOnBranch,
): Promise<readonly PlannedMove[]> {
  const held = moves.filter(({ move }) => isHeldByClosure(move))
  const apps = held.map(({ app }) => app.record.metadata)
  const stops = await stopsOnBranch({ place, onBranch, apps })
  return held.filter(({ app }) => stops(app.record.metadata) !== undefined)
}

/** Renditions that were read are written, which changes none that is there; all others stay. */
function changedApp({ app, move }: PlannedMove, environment: string): ChangedApp {
  const needed = [...neededRevisions(move.record)]
  return {
    app: app.app,
    record: { ...app.record, spec: move.record },
    files: filesAfter(app, move, environment),
    renditions: needed.flatMap((revision) => app.renditions.get(revision) ?? []),
    kept: new Set(needed.filter((revision) => !app.renditions.has(revision))),
  }
}
