import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import type { AppOnBranch } from './app-on-branch.ts'

/** Blob ids of everything that an app owns, by path; empty for what is no longer there. */
export function ownIds(
  { tree, inventory }: Pick<EnvironmentOnBranch, 'tree' | 'inventory'>,
  app: string,
): ReadonlyMap<string, string> {
  const owned = [...(inventory.apps.get(app)?.files.keys() ?? [])]
  return new Map(owned.map((path) => [path, tree.get(path)?.id ?? '']))
}

/** Whether the branch still has of an app what was seen of it. */
export function sameOnBranch(
  { app, ids }: Pick<AppOnBranch, 'app' | 'ids'>,
  onBranch: Pick<EnvironmentOnBranch, 'tree' | 'inventory'>,
): boolean {
  const now = ownIds(onBranch, app)
  return now.size === ids.size && [...now].every(([path, id]) => ids.get(path) === id)
}
