import { fileHistory } from '../gitops/file-history.ts'
import { rolloutHistory } from '../gitops/rollout-history.ts'
import { recordPath } from '../manifests/layout.ts'
import type { Place } from './commit-moves.ts'
import { recordAt } from './record-at.ts'

export interface KnownRolloutsProps {
  readonly place: Place
  /** The newest commit to look at. */
  readonly commit: string
  /** `<namespace>/<app>`. */
  readonly app: string
}

/**
 * Ids of all rollouts of an app that an environment has had, so far as its record and its log tell.
 *
 * @throws {BrokenRolloutError}
 * @throws {RemoteRefusedError} {RemoteUnreachableError}
 */
export async function knownRollouts({
  place,
  commit,
  app,
}: KnownRolloutsProps): Promise<ReadonlySet<string>> {
  const { remote, environment } = place
  const [namespace = '', name = ''] = app.split('/')
  const path = `${environment}/${recordPath(namespace, name)}`
  const record = await recordAt(place, commit, app)
  const log = rolloutHistory(await fileHistory({ remote, commit, path }), app)
  const recorded = [record?.rollout?.id, ...(record?.heldBack ?? []).map(({ rollout }) => rollout)]
  const told = log.map((entry) => entry.told?.rollout)
  return new Set([...recorded, ...told].filter((id) => id !== undefined))
}
