import { revisionPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutRecord } from '../rollouts/record.ts'
import { recordFile } from '../rollouts/record-file.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import { renditionFile } from '../rollouts/rendition-file.ts'
import { blobIdsOf } from './blob-ids.ts'
import { branchChanges } from './branch-changes.ts'
import { compareFiles } from './compare-files.ts'
import type { DesiredApp, DesiredFile } from './desired-app.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import { findObjectIn } from './find-object.ts'
import type { FileChange, GitRemote } from './git-remote.ts'

export interface RolloutChangesProps {
  readonly remote: GitRemote
  readonly environment: string
  /** As it was read at the commit that the changes go on top of. */
  readonly onBranch: EnvironmentOnBranch
  readonly apps: readonly ChangedApp[]
}

/** All that an app is to have on the branch. What it has now and is not here is pruned. */
export interface ChangedApp {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly record: RolloutRecord
  /** Synced files and plan. */
  readonly files: readonly RenderedFile[]
  /** Renditions to write. */
  readonly renditions: readonly Rendition[]
  /** Revisions whose renditions stay as the branch has them. */
  readonly kept: ReadonlySet<string>
}

/**
 * The changes of one commit that takes apps to the next state of their rollouts: their files, records
 * and renditions, and the inventory with them. An edit by hand in what changes is written over: whoever
 * decides about the rollout has to have seen it.
 *
 * ConfigMaps of the last revisions that were stable stay, as when publishing.
 */
export async function rolloutChanges(props: RolloutChangesProps): Promise<readonly FileChange[]> {
  const { remote, environment, onBranch } = props
  const { inventory, tree } = onBranch
  const changed = props.apps.map((one) => ({ one, files: filesOf(one) }))
  const all = changed.flatMap(({ files }) => files)
  const ids = (await blobIdsOf(remote, all)).values()
  const apps = changed.map(
    ({ one, files }): DesiredApp => ({
      app: one.app,
      files: [
        ...files.map((rendered) => desiredFile(rendered, ids.next().value ?? '', onBranch)),
        ...keptRenditions(onBranch, one),
      ],
    }),
  )
  const comparison = compareFiles({
    tree,
    inventory,
    own: inventory,
    projectOf: (app) => inventory.apps.get(app)?.project,
    apps,
    findRendered: findObjectIn(all),
    overwriteDrift: true,
  })
  return branchChanges(
    { ...onBranch, environment, comparison },
    comparison.deletions.map(({ path }) => path),
  )
}

const filesOf = ({ app, record, files, renditions }: ChangedApp): readonly RenderedFile[] => [
  ...files,
  recordFile(record),
  ...renditions.map((rendition) => renditionFile(app, rendition)),
]

/** An edit by hand that nothing is to be done about stays one: it is not ours from now on. */
function desiredFile(
  rendered: RenderedFile,
  id: string,
  { inventory, tree }: EnvironmentOnBranch,
): DesiredFile {
  const { path, app } = rendered
  const written = inventory.apps.get(app)?.files.get(path)
  const isEdited = written !== undefined && written !== id && tree.get(path)?.id === id
  return isEdited ? { path, id: written } : { path, id, rendered }
}

function keptRenditions(
  { inventory }: EnvironmentOnBranch,
  { app, kept }: ChangedApp,
): readonly DesiredFile[] {
  const [namespace = '', name = ''] = app.split('/')
  return [...kept].flatMap((revision) => {
    const path = revisionPath(namespace, name, revision)
    const id = inventory.apps.get(app)?.files.get(path)
    return id === undefined ? [] : [{ path, id }]
  })
}
