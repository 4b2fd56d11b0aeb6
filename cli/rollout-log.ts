import type { LoggedCommit } from '../gitops/git-remote.ts'
import { readTrailers } from '../gitops/read-trailers.ts'
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
export function renderCommit(
  { id, message, committedAtMs }: LoggedCommit,
  app: string,
): readonly string[] {
  const time = new Date(committedAtMs).toISOString().slice(0, 19).replace('T', ' ')
  const [subject = ''] = message.split('\n', 1)
  const own = readTrailers(message).apps.find((one) => one.app === app)
  return [
    `  ${time}  ${id.slice(0, 10)}  ${subject}`,
    ...(own?.evidence ?? []).map((sentence) => `${' '.repeat(35)}${sentence}`),
  ]
}
