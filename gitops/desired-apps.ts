import type { MergedApp } from './app-merge.ts'
import { blobIdsOf } from './blob-ids.ts'
import type { DesiredApp, DesiredFile } from './desired-app.ts'
import type { GitRemote, TreeFile } from './git-remote.ts'
import type { Inventory } from './inventory.ts'

export interface DesiredAppsProps {
  readonly remote: GitRemote
  readonly merged: ReadonlyMap<string, MergedApp>
  /** The part of the inventory that this project may change. */
  readonly own: Inventory
  readonly tree: ReadonlyMap<string, TreeFile>
  readonly overwriteDrift: boolean
}

/** What apps are to have on the branch, with the ids that all of it has in this repository. */
export async function desiredApps(props: DesiredAppsProps): Promise<readonly DesiredApp[]> {
  const { remote, merged } = props
  const ids = (
    await blobIdsOf(
      remote,
      [...merged.values()].flatMap(({ files }) => files),
    )
  ).values()
  const undone = await undoneEdits(props)
  return [...merged].map(([app, { files, kept = [], promised: _, ...result }]) => ({
    ...result,
    app,
    files: [
      ...files.map((rendered) => ({
        path: rendered.path,
        id: ids.next().value ?? '',
        rendered,
      })),
      ...kept.flatMap((path) => keptFile(app, path, props, undone)),
    ],
  }))
}

function keptFile(
  app: string,
  path: string,
  { own }: DesiredAppsProps,
  undone: ReadonlyMap<string, string>,
): readonly DesiredFile[] {
  const id = own.apps.get(app)?.files.get(path)
  if (id === undefined) return []
  const text = undone.get(id)
  return [{ path, id, ...(text !== undefined && { rendered: { path, text, app } }) }]
}

/** Texts of kept files that somebody has edited and that are to be as they were written, by id. */
async function undoneEdits(props: DesiredAppsProps): Promise<ReadonlyMap<string, string>> {
  const { remote, merged, own, tree, overwriteDrift } = props
  if (!overwriteDrift) return new Map()
  const ids = [...merged].flatMap(([app, { kept = [] }]) =>
    kept.flatMap((path) => {
      const id = own.apps.get(app)?.files.get(path)
      return id === undefined || tree.get(path)?.id === id ? [] : [id]
    }),
  )
  return ids.length === 0 ? new Map() : remote.contents(ids)
}
