import {
  type EnvironmentOnBranch,
  readEnvironment,
  withRecords,
} from '../gitops/environment-on-branch.ts'
import type { Place } from './commit-moves.ts'
import { type Gate, shut } from './gate-state.ts'
import { readGates } from './read-gates.ts'
import type { AppName } from './stops-on-branch.ts'

/** What was read of one commit. */
interface CommitRead {
  readonly commit: string
  onBranch?: EnvironmentOnBranch
  /** By `<namespace>/<app>`. Only of apps that there are and that are sound, whatever names are asked for. */
  readonly gates: Map<string, Gate>
}

/**
 * The gates of one environment, so far as its branch says. Asks no cluster and changes nothing.
 *
 * Promised: no answer is older than its question, since each begins with a look at the ref. While the
 * branch stays where it is, that is all that is read of an app that somebody has asked about before.
 */
export class BranchGates {
  #newest: CommitRead | undefined

  /**
   * The gates of some apps by the commit that the branch is at.
   *
   * @throws {RemoteRefusedError} {RemoteUnreachableError} {MalformedInventoryError} {NotAnEnvironmentError}
   */
  async read(place: Place, apps: readonly AppName[]): Promise<(app: AppName) => Gate> {
    const commit = await place.remote.tip(place.branch)
    const gateOf = commit === undefined ? () => undefined : await this.#gatesAt(commit, place, apps)
    return ({ namespace, name }) => {
      const app = `${namespace}/${name}`
      return gateOf(app) ?? shut(`the branch has no app ${app} in ${place.environment}`)
    }
  }

  async #gatesAt(
    commit: string,
    place: Place,
    apps: readonly AppName[],
  ): Promise<(app: string) => Gate | undefined> {
    if (this.#newest?.commit !== commit) this.#newest = { commit, gates: new Map() }
    // Others may have read a newer one before this is done.
    const read = this.#newest
    const unread = unreadOf(apps, read)
    if (unread.size === 0) return (app) => read.gates.get(app)
    const names = new Set(unread.keys())
    const onBranch =
      read.onBranch === undefined
        ? await readEnvironment(place.remote, commit, place.environment, names)
        : await withRecords(place.remote, read.onBranch, names)
    read.onBranch = onBranch
    const { gates, broken } = await readGates({
      place,
      commit,
      onBranch,
      apps: [...unread.values()],
    })
    for (const [app, gate] of gates) read.gates.set(app, gate)
    return (app) => read.gates.get(app) ?? broken.get(app)
  }
}

/** Those of which nothing is known yet, each once, by name. */
const unreadOf = (apps: readonly AppName[], { gates }: CommitRead): ReadonlyMap<string, AppName> =>
  new Map(
    apps
      .map((app) => [`${app.namespace}/${app.name}`, app] as const)
      .filter(([name]) => !gates.has(name)),
  )
