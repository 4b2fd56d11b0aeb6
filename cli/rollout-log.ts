import type { LoggedCommit } from '../gitops/git-remote.ts'
import { historyEntry } from '../gitops/rollout-history.ts'
import { recordPath } from '../manifests/layout.ts'
import type { FoundRollout } from './find-rollout.ts'

/** The latest commits that have changed how far the releases of an app have come, newest first. */
export function rolloutLog(
  { place, app }: FoundRollout,
  commit: string,
  limit: number,
): Promise<readonly LoggedCommit[]> {
  const { remote, environment } = place
  const [namespace = '', name = ''] = app.split('/')
  return remote.log({ commit, path: `${environment}/${recordPath(namespace, name)}`, limit })
}

/** One line for people, and the reasons below it. */
export function renderCommit(commit: LoggedCommit, app: string): readonly string[] {
  const { id, committedAtMs, subject, told } = historyEntry(commit, app)
  const time = new Date(committedAtMs).toISOString().slice(0, 19).replace('T', ' ')
  return [
    `  ${time}  ${id.slice(0, 10)}  ${subject}`,
    ...(told?.evidence ?? []).map((sentence) => `${' '.repeat(35)}${sentence}`),
  ]
}
