import type { RenderedFile } from '../manifests/rendering.ts'
import { type DesiredApp, keepsObjects } from './desired-app.ts'
import { type Drift, driftOf } from './drift.ts'
import type { FindObject } from './find-object.ts'
import type { TreeFile } from './git-remote.ts'
import type { Inventory, PublishedRevision } from './inventory.ts'
import { nextInventory } from './next-inventory.ts'
import { nextRevisions } from './published-revisions.ts'

export interface CompareFilesProps {
  /** Files of the environment on the branch. */
  readonly tree: ReadonlyMap<string, TreeFile>
  readonly inventory: Inventory
  /** The part of the inventory that this project may change. */
  readonly own: Inventory
  /** Name of the project whose an app is from now on, if that has one. */
  readonly projectOf: (app: string) => string | undefined
  /** Apps to publish. Apps of the inventory that are not here stay as they are. */
  readonly apps: readonly DesiredApp[]
  /** In all that the app definitions say. */
  readonly findRendered: FindObject
  readonly overwriteDrift: boolean
}

/** What a publish does to files, as far as their ids tell. Nothing is read for it. */
export interface FileComparison {
  readonly writes: readonly FileWrite[]
  readonly deletions: readonly FileDeletion[]
  readonly drift: readonly Drift[]
  /** The inventory after the publish. */
  readonly inventory: Inventory
}

export interface FileWrite {
  readonly file: RenderedFile
  /** What lies at the path now. */
  readonly previous: TreeFile | undefined
  /** Whether that is somebody else's. */
  readonly isForeign: boolean
}

export interface FileDeletion {
  readonly path: string
  readonly app: string
  readonly previous: TreeFile
}

/** Blob ids that we wrote, by path. */
type Written = ReadonlyMap<string, string>
type Revisions = ReadonlyMap<string, readonly PublishedRevision[]>

export function compareFiles(props: CompareFilesProps): FileComparison {
  const { tree, inventory, own, projectOf } = props
  // Most apps are the same in most publishes, and then need not be looked at any further.
  const apps = props.apps.filter((app) => !isSettled(app, props))
  if (apps.length === 0) return { writes: [], deletions: [], drift: [], inventory }
  const written: Written = new Map([...own.apps.values()].flatMap(({ files }) => [...files]))
  const revisions = revisionsAfter(apps, props)
  const drift = driftIn(apps, props, written, revisions)
  const conflicting = appsWith(drift, 'conflict')
  const active = apps.filter(({ app }) => !conflicting.has(app))
  const untouched = new Set(drift.flatMap(({ path, outcome }) => (outcome === 'kept' ? path : [])))
  const writes = active
    .flatMap(({ files }) => files)
    .filter(({ path, id }) => !untouched.has(path) && !isSame(tree.get(path), id))
    .flatMap(({ path, rendered }): readonly FileWrite[] => {
      if (rendered === undefined) return []
      const previous = tree.get(path)
      const isForeign = previous !== undefined && !written.has(path)
      return [{ file: rendered, previous, isForeign }]
    })
  const deletions = deletionsOf(active, props, retainedAfter(revisions, inventory, conflicting))
  const deleted = new Set(deletions.map(({ path }) => path))
  const stays = (path: string): boolean => tree.has(path) && !deleted.has(path)
  const next = nextInventory({ inventory, projectOf, active, revisions, stays })
  return { writes, deletions, drift, inventory: next }
}

/** Whether the branch has exactly the files that the app is to have, as this project wrote them. */
function isSettled({ app, files }: DesiredApp, props: CompareFilesProps): boolean {
  const { tree, inventory } = props
  const published = inventory.apps.get(app)
  const written = published?.files
  return (
    written !== undefined &&
    published?.project === props.projectOf(app) &&
    written.size === files.length &&
    files.every(({ path, id }) => written.get(path) === id && isSame(tree.get(path), id))
  )
}

const appsWith = (drift: readonly Drift[], outcome: Drift['outcome']): ReadonlySet<string> =>
  new Set(drift.filter((file) => file.outcome === outcome).map(({ app }) => app))

/** A symbolic link to a path has that path as its content, and still is no file. */
const isSame = (file: TreeFile | undefined, id: string): boolean =>
  file?.id === id && file.mode.startsWith('100')

/** Revisions of every app that is to be there, as they are if none of them is held back. */
function revisionsAfter(
  apps: readonly DesiredApp[],
  { inventory, findRendered }: CompareFilesProps,
): Revisions {
  const revisions = new Map<string, readonly PublishedRevision[]>()
  for (const [app, { revisions: published }] of inventory.apps) revisions.set(app, published)
  for (const { app, files } of apps) {
    const published = inventory.apps.get(app)?.revisions ?? []
    const rendered = files.flatMap((file) => file.rendered ?? [])
    const next = keepsObjects(files) ? published : nextRevisions(published, rendered, findRendered)
    revisions.set(app, next)
  }
  return revisions
}

const retained = (revisions: Revisions): ReadonlySet<string> =>
  new Set([...revisions.values()].flat().flatMap(({ configMaps }) => configMaps))

/** An app that is held back keeps the ConfigMaps of what it has and of what it was to get. */
function retainedAfter(
  revisions: Revisions,
  inventory: Inventory,
  conflicting: ReadonlySet<string>,
): ReadonlySet<string> {
  const before = [...inventory.apps].filter(([app]) => conflicting.has(app))
  const held = new Map(before.map(([app, { revisions: published }]) => [app, published]))
  return new Set([...retained(revisions), ...retained(held)])
}

function driftIn(
  apps: readonly DesiredApp[],
  { tree, inventory, overwriteDrift }: CompareFilesProps,
  written: Written,
  revisions: Revisions,
): readonly Drift[] {
  const kept = retained(revisions)
  const wanted = new Map(apps.flatMap(({ files }) => files.map(({ path, id }) => [path, id])))
  return apps.flatMap(({ app, files }) => {
    const owned = inventory.apps.get(app)?.files.keys() ?? []
    const paths = new Set([...owned, ...files.map(({ path }) => path)])
    return [...paths].flatMap((path) => {
      const id = written.get(path)
      if (id === undefined) return []
      const actual = tree.get(path)
      const drift = driftOf({
        path,
        app,
        written: id,
        actual: actual?.mode.startsWith('100') === false ? '' : actual?.id,
        wanted: wanted.get(path) ?? (kept.has(path) ? id : undefined),
        overwrite: overwriteDrift,
      })
      return drift ?? []
    })
  })
}

function deletionsOf(
  active: readonly DesiredApp[],
  { tree, inventory, apps }: CompareFilesProps,
  kept: ReadonlySet<string>,
): readonly FileDeletion[] {
  // Of all apps: what one gives away stays, even if the one that is to have it is held back.
  const wanted = new Set(apps.flatMap(({ files }) => files.map(({ path }) => path)))
  return active.flatMap(({ app }) =>
    [...(inventory.apps.get(app)?.files.keys() ?? [])].flatMap((path): FileDeletion[] => {
      const previous = tree.get(path)
      if (previous === undefined || wanted.has(path) || kept.has(path)) return []
      return [{ path, app, previous }]
    }),
  )
}
