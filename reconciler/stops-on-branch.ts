import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import type { Closure } from '../rollouts/decision.ts'
import { stopClosure, stopPaths } from '../rollouts/stop-file.ts'
import type { Place } from './commit-moves.ts'

/** What an app is called in its environment. */
export interface AppName {
  readonly namespace: string
  readonly name: string
}

export interface StopsProps {
  readonly place: Place
  readonly onBranch: Pick<EnvironmentOnBranch, 'tree'>
  readonly apps: readonly AppName[]
}

/** The `STOP` files that people have put there, for each app, in one round trip at most. */
export async function stopsOnBranch({
  place: { remote, environment },
  onBranch: { tree },
  apps,
}: StopsProps): Promise<(app: AppName) => Closure | undefined> {
  const pathsOf = ({ namespace, name }: AppName): readonly string[] =>
    stopPaths({ environment, namespace, app: name })
  const ids = new Map<string, string>()
  for (const path of new Set(apps.flatMap(pathsOf))) {
    const file = tree.get(path.slice(environment.length + 1))
    if (file !== undefined) ids.set(path, file.id)
  }
  const texts = ids.size === 0 ? new Map() : await remote.contents([...ids.values()])
  return (app) =>
    stopClosure(
      pathsOf(app).flatMap((path) => {
        const id = ids.get(path)
        return id === undefined ? [] : [{ path, text: texts.get(id) ?? '' }]
      }),
    )
}
