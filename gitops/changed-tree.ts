import type { FileChange } from './git-remote.ts'
import { FOLDER, type TreeEntry } from './tree-entry.ts'

/** Trees that can be read and written. */
export interface Trees {
  tree(id: string): Promise<readonly TreeEntry[]>
  writeTree(entries: readonly TreeEntry[]): Promise<string>
  writeBlob(content: string): Promise<string>
}

/**
 * The tree that changes make of another one; `undefined` if nothing is left in it. Only the folders
 * on the way to a changed path are read and written, so the cost follows the change and not the tree.
 *
 * As with `git fast-import`: deletions come first, a file makes room for a folder of its name and
 * the other way round, and what is written is a plain file.
 *
 * @param base `undefined` for an empty tree
 */
export async function changedTree(
  trees: Trees,
  base: string | undefined,
  changes: readonly FileChange[],
): Promise<string | undefined> {
  const before = base === undefined ? [] : await trees.tree(base)
  const entries = new Map(before.map((entry) => [entry.path, entry]))
  for (const [name, { own, below }] of byFirstName(changes)) {
    const entry = await changedEntry(trees, name, entries.get(name), own, below)
    if (entry === undefined) entries.delete(name)
    else entries.set(name, entry)
  }
  return entries.size === 0 ? undefined : trees.writeTree([...entries.values()])
}

/** @param below changes in the folder of this name, with paths in it */
async function changedEntry(
  trees: Trees,
  path: string,
  before: TreeEntry | undefined,
  own: FileChange | undefined,
  below: readonly FileChange[],
): Promise<TreeEntry | undefined> {
  if (own?.write !== undefined) {
    return { path, mode: '100644', oid: await trees.writeBlob(own.write) }
  }
  const rest = own === undefined ? before : undefined
  const isFolder = rest?.mode === FOLDER
  const isTouched = below.some(({ write }) => write !== undefined || isFolder)
  if (!isTouched) return rest
  const oid = await changedTree(trees, isFolder ? rest.oid : undefined, below)
  return oid === undefined ? undefined : { path, mode: FOLDER, oid }
}

interface ChangesOfName {
  /** What happens to the name itself. */
  own?: FileChange
  readonly below: FileChange[]
}

function byFirstName(changes: readonly FileChange[]): ReadonlyMap<string, ChangesOfName> {
  const names = new Map<string, ChangesOfName>()
  for (const change of changes) {
    const [name = '', rest] = change.path.split(/\/(.*)/s)
    const known = names.get(name) ?? { below: [] }
    names.set(name, known)
    if (rest === undefined) known.own = change
    else known.below.push({ ...change, path: rest })
  }
  return names
}
