import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { readEnvironment } from '../gitops/environment-on-branch.ts'
import type { Place } from '../reconciler/commit-moves.ts'
import type { RolloutBranch } from './rollout-branch.ts'

/** An app with rollouts, and where. */
export interface FoundRollout {
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
}

/** No app of that name has ever had a rollout. */
export class NoSuchRolloutError extends Error {
  override readonly name = 'NoSuchRolloutError'
  readonly code = 'NO_SUCH_ROLLOUT'
  readonly remedy: string

  constructor(name: string, environments: readonly string[], known: readonly string[]) {
    super(`No rollout of '${name}' is known in ${environments.join(', ')}`)
    const meant = didYouMean(name, known)
    const look = '`lockstep rollout ls` shows those that there are'
    this.remedy = meant === undefined ? look : `Did you mean '${meant}'? ${look}`
  }
}

/** A name means several apps. */
export class SeveralRolloutsError extends Error {
  override readonly name = 'SeveralRolloutsError'
  readonly code = 'SEVERAL_ROLLOUTS'
  readonly remedy: string

  constructor(name: string, found: readonly NamedRollout[]) {
    super(`'${name}' can be ${found.length} apps`)
    const list = found.map(({ environment, app }) => `${app} --env ${environment}`)
    this.remedy = `Say which one: ${list.join(', ')}`
  }
}

/** An app with rollouts, and the environment that it is in. */
export interface NamedRollout {
  readonly app: string
  readonly environment: string
}

/**
 * The one app that a name means, in full (`shop/checkout`) or without its namespace.
 *
 * @throws {NoSuchRolloutError} {SeveralRolloutsError} {MalformedInventoryError}
 */
export async function findRollout(
  { commit, places }: RolloutBranch,
  name: string,
): Promise<FoundRollout> {
  const all = await rolloutsIn({ commit, places })
  const environments = places.map(({ environment }) => environment)
  const { place, app } = meantRollout(name, environments, all)
  return { place, app }
}

/** @throws {NoSuchRolloutError} {SeveralRolloutsError} */
export function meantRollout<Named extends NamedRollout>(
  name: string,
  environments: readonly string[],
  all: readonly Named[],
): Named {
  const found = all.filter(({ app }) => app === name || app.endsWith(`/${name}`))
  const [only] = found
  if (found.length > 1) throw new SeveralRolloutsError(name, found)
  if (only !== undefined) return only
  const known = new Set(all.flatMap(({ app }) => [app, app.split('/')[1] ?? '']))
  throw new NoSuchRolloutError(name, environments, [...known])
}

async function rolloutsIn({
  commit,
  places,
}: RolloutBranch): Promise<readonly (FoundRollout & NamedRollout)[]> {
  const found: (FoundRollout & NamedRollout)[] = []
  for (const place of places) {
    const { records } = await readEnvironment(place.remote, commit, place.environment)
    for (const app of [...records.keys()].sort())
      found.push({ place, app, environment: place.environment })
  }
  return found
}
