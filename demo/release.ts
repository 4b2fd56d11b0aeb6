import type { GitRemote, LoggedCommit } from '../gitops/git-remote.ts'
import { historyEntry } from '../gitops/rollout-history.ts'
import { RELEASED } from './released.ts'
import { orEnd } from './stage.ts'

/** A commit of a rollout, as the log of the branch tells it. */
export interface RolloutCommit {
  readonly id: string
  readonly subject: string
  /** What it did: `start`, `shift`, `finish`. */
  readonly action: string
  /** Why, as sentences without a full stop. */
  readonly evidence: readonly string[]
}

export interface FollowedRelease {
  readonly remote: GitRemote
  /** The newest commit before it. */
  readonly since: string
  readonly signal: AbortSignal
}

const LOOK_MS = 250
const ENDS: readonly string[] = ['finish', 'abort-finish']

/** Follows the branch until the rollout that is under way has ended, and tells each of its commits. */
export async function followRelease(
  release: FollowedRelease,
  tell: (commit: RolloutCommit) => void,
): Promise<readonly RolloutCommit[]> {
  const told: RolloutCommit[] = []
  for (;;) {
    const after = told.at(-1)?.id ?? release.since
    for (const commit of await commitsAfter(release.remote, after)) {
      tell(commit)
      told.push(commit)
    }
    if (ENDS.includes(told.at(-1)?.action ?? '')) return told
    await orEnd(LOOK_MS, release.signal)
  }
}

/** Oldest first. */
async function commitsAfter(remote: GitRemote, after: string): Promise<readonly RolloutCommit[]> {
  const { branch, environment, app } = RELEASED
  const commit = await remote.tip(branch)
  if (commit === undefined || commit === after) return []
  const path = `${environment}/rollouts/${app}`
  const newest = await remote.log({ commit, path, limit: 50 })
  const known = newest.findIndex(({ id }) => id === after)
  return newest
    .slice(0, known < 0 ? undefined : known)
    .reverse()
    .flatMap((one) => rolloutCommit(one) ?? [])
}

/** `undefined` if it is of a publish. */
function rolloutCommit(commit: LoggedCommit): RolloutCommit | undefined {
  const { environment, app } = RELEASED
  const { id, subject, told } = historyEntry(commit, app)
  const said = `rollout ${environment}: ${app} `
  if (told?.action === undefined || !subject.startsWith(said)) return undefined
  const { action, evidence = [] } = told
  return { id, subject: subject.slice(said.length), action, evidence }
}
