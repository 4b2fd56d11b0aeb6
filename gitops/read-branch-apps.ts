import { planPath, recordPath, revisionPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { readRecord } from '../rollouts/read-record.ts'
import type { Rollout } from '../rollouts/record.ts'
import type { BranchApp } from './app-merge.ts'
import { blobIdsOf } from './blob-ids.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import type { GitRemote } from './git-remote.ts'
import type { Inventory } from './inventory.ts'

export interface ReadBranchAppsProps {
  readonly remote: GitRemote
  readonly environment: string
  readonly onBranch: EnvironmentOnBranch
  /** The part of the inventory that this project may change. */
  readonly own: Inventory
  /** What is rendered of each app. */
  readonly apps: ReadonlyMap<string, readonly RenderedFile[]>
  readonly overwriteDrift: boolean
}

/**
 * Reads those apps that have a rollout plan, on the branch or rendered, in one round trip. Of one that
 * is at rest and rendered as it was written, as most are, nothing is read but its record.
 */
export async function readBranchApps(
  props: ReadBranchAppsProps,
): Promise<ReadonlyMap<string, BranchApp>> {
  const canaried = new Map([...props.apps].filter((app) => isCanaried(app, props)))
  if (canaried.size === 0) return new Map()
  const [unchanged, records] = await Promise.all([
    unchangedApps(canaried, props),
    recordTexts([...canaried.keys()], props),
  ])
  const reads = [...canaried.keys()].flatMap((app) =>
    pathsToRead(app, records.get(app), unchanged.has(app), props).flatMap((path) => {
      const id = idOf(app, path, props)
      return id === undefined ? [] : [{ app, path, id }]
    }),
  )
  const contents = await props.remote.contents([...new Set(reads.map(({ id }) => id))])
  const read = Map.groupBy(reads, ({ app }) => app)
  return new Map(
    [...canaried.keys()].map((app): [string, BranchApp] => {
      const texts = new Map(read.get(app)?.map(({ path, id }) => [path, contents.get(id) ?? '']))
      const record = records.get(app)
      if (record !== undefined) texts.set(pathsOf(app).record, record)
      const paths = [...writtenBy(app, props).keys()]
      const edited = paths.filter((path) => isEdited(app, path, props))
      return [app, { paths, edited, isAsRendered: unchanged.has(app), texts }]
    }),
  )
}

const writtenBy = (app: string, { own }: ReadBranchAppsProps): ReadonlyMap<string, string> =>
  own.apps.get(app)?.files ?? new Map()

/** Blob id of a file of ours: as it was written, if edits are to be undone, else as it is. */
function idOf(app: string, path: string, props: ReadBranchAppsProps): string | undefined {
  if (props.overwriteDrift) return writtenBy(app, props).get(path)
  const file = props.onBranch.tree.get(path)
  return file?.mode.startsWith('100') ? file.id : undefined
}

const isEdited = (app: string, path: string, props: ReadBranchAppsProps): boolean =>
  idOf(app, path, props) !== writtenBy(app, props).get(path)

function isCanaried(
  [app, rendered]: readonly [string, readonly RenderedFile[]],
  { own }: ReadBranchAppsProps,
): boolean {
  const { plan, record } = pathsOf(app)
  const written = own.apps.get(app)?.files
  return (
    written?.has(plan) === true ||
    written?.has(record) === true ||
    rendered.some(({ path }) => path === plan)
  )
}

/** Apps whose every rendered file is, to the byte, what was written last. */
async function unchangedApps(
  apps: ReadonlyMap<string, readonly RenderedFile[]>,
  { remote, own }: ReadBranchAppsProps,
): Promise<ReadonlySet<string>> {
  const files = [...apps.values()].flat()
  const ids = await blobIdsOf(remote, files)
  const changed = new Set(
    files.flatMap(({ app, path }, index) =>
      own.apps.get(app)?.files.get(path) === ids[index] ? [] : [app],
    ),
  )
  return new Set(
    [...apps].flatMap(([app, { length }]) => (length === 0 || changed.has(app) ? [] : [app])),
  )
}

/** Records of apps, by app; nearly all were read with the environment. */
async function recordTexts(
  apps: readonly string[],
  props: ReadBranchAppsProps,
): Promise<ReadonlyMap<string, string>> {
  const { remote, onBranch } = props
  const texts = new Map<string, string>()
  const edited = new Map<string, string>()
  for (const app of apps) {
    const { record } = pathsOf(app)
    const written = writtenBy(app, props).get(record)
    const text = onBranch.records.get(app)
    if (written === undefined) continue
    if (props.overwriteDrift && onBranch.tree.get(record)?.id !== written) edited.set(app, written)
    else if (text !== undefined) texts.set(app, text)
  }
  if (edited.size === 0) return texts
  const contents = await remote.contents([...edited.values()])
  return new Map([
    ...texts,
    ...[...edited].map(([app, id]) => [app, contents.get(id) ?? ''] as const),
  ])
}

function pathsToRead(
  app: string,
  recordText: string | undefined,
  isAsRendered: boolean,
  props: ReadBranchAppsProps,
): readonly string[] {
  const { plan, record } = pathsOf(app)
  const rollout =
    recordText === undefined ? undefined : rolloutIn(recordText, `${props.environment}/${record}`)
  const written = [...writtenBy(app, props).keys()]
  if (rollout !== undefined) {
    const renditions = renditionPaths(app, rollout)
    return written.filter((path) => renditions.includes(path))
  }
  if (isAsRendered) return []
  return written.filter((path) => path === plan || !path.startsWith('rollouts/'))
}

/** The rollout in flight. Of a record that cannot be read it is for the merge to say so. */
function rolloutIn(text: string, path: string): Rollout | undefined {
  try {
    return readRecord(text, path).spec.rollout
  } catch (error) {
    if (error instanceof MalformedRecordError) return undefined
    throw error
  }
}

function renditionPaths(app: string, { base, candidate }: Rollout): readonly string[] {
  const [namespace = '', name = ''] = app.split('/')
  return [base, candidate].map((revision) => revisionPath(namespace, name, revision))
}

function pathsOf(app: string): { readonly plan: string; readonly record: string } {
  const [namespace = '', name = ''] = app.split('/')
  return { plan: planPath(namespace, name), record: recordPath(namespace, name) }
}
