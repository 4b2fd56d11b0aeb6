import { readEnvironment } from '../gitops/environment-on-branch.ts'
import type { RecordSpec } from '../rollouts/record.ts'
import { BrokenRolloutError } from './act-on-rollout.ts'
import type { Place } from './commit-moves.ts'
import { readApps } from './read-apps.ts'

/**
 * The record of an app as a commit has it; `undefined` if it has none.
 *
 * @param app `<namespace>/<app>`
 * @throws {BrokenRolloutError}
 * @throws {RemoteRefusedError} {RemoteUnreachableError}
 */
export async function recordAt(
  place: Place,
  commit: string,
  app: string,
): Promise<RecordSpec | undefined> {
  const onBranch = await readEnvironment(place.remote, commit, place.environment)
  const { apps, broken } = await readApps({ place, commit, onBranch, only: new Set([app]) })
  if (broken[0] !== undefined) throw new BrokenRolloutError(broken[0].problem)
  return apps[0]?.record.spec
}
