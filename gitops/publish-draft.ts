import { compareFiles, type FileComparison } from './compare-files.ts'
import type { DesiredApp } from './desired-app.ts'
import type { FindObject } from './find-object.ts'
import { foreignManifests } from './foreign-objects.ts'
import type { TreeFile } from './git-remote.ts'
import type { Inventory } from './inventory.ts'
import type { PublishOptions } from './publish-plan.ts'

/** One environment on the branch, and what it is to become, before any manifest is read. */
export interface PublishDraft {
  readonly environment: string
  readonly tree: ReadonlyMap<string, TreeFile>
  readonly inventory: Inventory
  /** The part of it that this project may change. */
  readonly own: Inventory
  /** Name of this project, if it has one. */
  readonly project: string | undefined
  /** As it is written on the branch; `undefined` if there is none. */
  readonly inventoryText: string | undefined
  readonly apps: readonly DesiredApp[]
  readonly options: PublishOptions
  readonly comparison: FileComparison
  /** Manifests of others. */
  readonly foreign: ReadonlyMap<string, TreeFile>
  /** Manifests on the branch that the plan needs the contents of, by path. */
  readonly reads: ReadonlyMap<string, TreeFile>
}

export type DraftPublishProps = Omit<PublishDraft, 'comparison' | 'foreign' | 'reads'> & {
  /** In all that the app definitions say, published now or not. */
  readonly findRendered: FindObject
}

/** Finds out by ids alone what changes, and what must be read to judge it. */
export function draftPublish({ findRendered, ...props }: DraftPublishProps): PublishDraft {
  const { tree, inventory, own, project, apps, options } = props
  const overwriteDrift = options.overwriteDrift ?? false
  const comparison = compareFiles({
    tree,
    inventory,
    own,
    projectOf: () => project,
    apps,
    findRendered,
    overwriteDrift,
  })
  const foreign = foreignManifests(tree, own)
  const reads = new Map(foreign)
  for (const { path, previous } of comparison.deletions) reads.set(path, previous)
  for (const { file, previous } of comparison.writes) {
    if (previous !== undefined && file.object !== undefined) reads.set(file.path, previous)
  }
  for (const { path } of comparison.drift) {
    const edited = tree.get(path)
    if (edited?.mode.startsWith('100')) reads.set(path, edited)
  }
  return { ...props, comparison, foreign, reads }
}
