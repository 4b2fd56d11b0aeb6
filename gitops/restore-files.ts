import type { RenderedFile } from '../manifests/rendering.ts'
import { blobIdsOf } from './blob-ids.ts'
import { branchChanges } from './branch-changes.ts'
import { compareFiles } from './compare-files.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import type { FileChange, GitRemote } from './git-remote.ts'

export interface RestoreFilesProps {
  readonly remote: GitRemote
  readonly environment: string
  /** As it was read at the commit that the changes go on top of. */
  readonly onBranch: EnvironmentOnBranch
  /** `<namespace>/<app>`; one that the inventory lists. */
  readonly app: string
  /** Below `rollouts/`, which no cluster gets. */
  readonly files: readonly RenderedFile[]
}

/**
 * The changes of one commit that brings files of an app back, with the inventory. Everything else of it
 * stays as it is: what somebody has edited elsewhere is still an edit, and seen as one.
 */
export async function restoreFiles({
  remote,
  environment,
  onBranch,
  app,
  files,
}: RestoreFilesProps): Promise<readonly FileChange[]> {
  const { inventory, tree } = onBranch
  const ids = await blobIdsOf(remote, files)
  const restored = files.map((rendered, index) => ({
    path: rendered.path,
    id: ids[index] ?? '',
    rendered,
  }))
  const paths = new Set(files.map(({ path }) => path))
  const others = [...(inventory.apps.get(app)?.files ?? [])]
    .filter(([path]) => !paths.has(path))
    .map(([path, id]) => ({ path, id }))
  const comparison = compareFiles({
    tree,
    inventory,
    own: inventory,
    projectOf: (each) => inventory.apps.get(each)?.project,
    apps: [{ app, files: [...restored, ...others] }],
    findRendered: () => undefined,
    overwriteDrift: true,
  })
  return branchChanges({ ...onBranch, environment, comparison }, [])
}
