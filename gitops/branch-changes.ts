import type { FileChange } from './git-remote.ts'
import { INVENTORY_FILE, writeInventory } from './inventory.ts'
import { missingPlaceholders, PLACEHOLDER_TEXT } from './placeholder.ts'
import type { PublishDraft } from './publish-draft.ts'

export type BranchChangesProps = Pick<
  PublishDraft,
  'environment' | 'tree' | 'comparison' | 'inventory' | 'inventoryText'
>

/** All changes of files, with placeholders and inventory, by path from the root of the branch. */
export function branchChanges(
  draft: BranchChangesProps,
  deleted: readonly string[],
): readonly FileChange[] {
  const { environment, tree, comparison } = draft
  const writes = new Map(comparison.writes.map(({ file }) => [file.path, file.text]))
  for (const path of placeholders(draft, deleted)) writes.set(path, PLACEHOLDER_TEXT)
  const inventory = inventoryText(draft)
  if (inventory !== draft.inventoryText) writes.set(INVENTORY_FILE, inventory)
  return [
    ...deleted.filter((path) => tree.has(path)).map((path) => ({ path: `${environment}/${path}` })),
    ...[...writes].map(([path, write]) => ({ path: `${environment}/${path}`, write })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What says the same is not written anew. */
const inventoryText = ({
  comparison,
  inventory,
  inventoryText: text,
}: BranchChangesProps): string =>
  text !== undefined && comparison.inventory === inventory
    ? text
    : writeInventory(comparison.inventory)

function placeholders(draft: BranchChangesProps, deleted: readonly string[]): readonly string[] {
  const { tree, comparison } = draft
  return missingPlaceholders({
    exists: (path) => tree.has(path),
    isEmptied: emptiedFolders(draft, deleted),
    owned: [...comparison.inventory.apps.values()].flatMap(({ files }) => [...files.keys()]),
    deleted,
  })
}

function emptiedFolders(
  { tree, comparison }: BranchChangesProps,
  deleted: readonly string[],
): (folder: string) => boolean {
  if (deleted.length === 0) return () => false
  const gone = new Set(deleted)
  const written = comparison.writes.map(({ file }) => file.path)
  const left = [...tree.keys(), ...written].filter((path) => !gone.has(path))
  const folders = new Set(left.map((path) => path.slice(0, path.lastIndexOf('/'))))
  return (folder) => !folders.has(folder)
}
