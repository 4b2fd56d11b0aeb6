import type { GitRemote, LoggedCommit } from '../../gitops/git-remote.ts'

/** Whoever was away for longer starts anew: how far back a log is read, in milliseconds. */
const MOST_AWAY_MS = 24 * 60 * 60 * 1000
/** Most commits that are told at once. */
const MOST_COMMITS = 100

export interface CommitsSinceProps {
  readonly remote: GitRemote
  readonly environment: string
  readonly tip: string
  /** The newest commit that the listener has heard of; `undefined` if it has heard of none. */
  readonly heard: string | undefined
  readonly nowMs: number
}

/** What a listener has not heard of. */
export interface CommitsSince {
  /** Oldest first. */
  readonly commits: readonly LoggedCommit[]
  /** Whether there may be more that it has missed: it has to read anew what it wants to know. */
  readonly hasGap: boolean
  /** What it has heard of after that. `undefined` if nothing has happened for a day. */
  readonly heard: string | undefined
}

/** The commits that have changed a rollout of an environment since one of them. */
export async function commitsSince(props: CommitsSinceProps): Promise<CommitsSince> {
  const { remote, environment, tip, heard, nowMs } = props
  const newestFirst = await remote.log({
    commit: tip,
    path: `${environment}/rollouts`,
    limit: heard === undefined ? 1 : MOST_COMMITS,
    sinceMs: nowMs - MOST_AWAY_MS,
  })
  const newest = newestFirst[0]?.id ?? heard
  if (heard === undefined) return { commits: [], hasGap: true, heard: newest }
  const index = newestFirst.findIndex(({ id }) => id === heard)
  if (index < 0) {
    // Nothing for a day: then the last one it has heard of may be the last one that there was.
    const hasGap = newestFirst.length > 0
    return { commits: [], hasGap, heard: newest }
  }
  return { commits: newestFirst.slice(0, index).toReversed(), hasGap: false, heard: newest }
}
