import type { RenderedFile } from '../manifests/rendering.ts'
import { type BranchManifest, readBranchManifest } from './branch-manifest.ts'
import type { DriftedFile } from './drift.ts'
import type { FieldChange } from './field-changes.ts'
import { objectChanges } from './object-changes.ts'
import type { PublishDraft } from './publish-draft.ts'

/** What was edited by hand, field by field, given the manifests as they are on the branch. */
export function driftedFiles(
  { apps, comparison }: Pick<PublishDraft, 'apps' | 'comparison'>,
  onBranch: ReadonlyMap<string, BranchManifest>,
): readonly DriftedFile[] {
  // Most publishes find none, and an environment has many files.
  if (comparison.drift.length === 0) return []
  const wanted = new Map<string, RenderedFile | undefined>(
    apps.flatMap(({ files }) => files.map(({ path, rendered }) => [path, rendered])),
  )
  return comparison.drift.map((drift) => ({
    ...drift,
    fields: undoneFields(onBranch.get(drift.path), wanted.get(drift.path)),
  }))
}

function undoneFields(
  edited: BranchManifest | undefined,
  wanted: RenderedFile | undefined,
): readonly FieldChange[] {
  if (edited === undefined || wanted === undefined) return []
  const before = onlyObject(edited)
  // Read as well, since files that are not synced, as plans, are rendered as text alone.
  const after = onlyObject(readBranchManifest(wanted.path, wanted.text))
  return before && after ? objectChanges(before, after) : []
}

const onlyObject = ({ objects, hasOther }: BranchManifest) =>
  objects.length === 1 && !hasOther ? objects[0] : undefined
