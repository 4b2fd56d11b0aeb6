import type { FileChange } from './git-remote.ts'

/**
 * Changes to the tree of `parent`, as input of `git fast-import`, which answers with the id of the
 * new tree. Only the folders on the way to a changed path are read and written, so the cost follows
 * the change and not the tree. The commit in it is a means only: it can be neither signed nor
 * attributed, so the real one is made from its tree.
 */
export function fastImport(parent: string | undefined, changes: readonly FileChange[]): Buffer {
  const parts = ['commit refs/lockstep/tree\ncommitter lockstep <lockstep> 0 +0000\ndata 0\n']
  if (parent !== undefined) parts.push(`from ${parent}\n`)
  // Deletions first: a path may have to make room for a folder of the same name.
  for (const { path, write } of changes) if (write === undefined) parts.push(`D ${quote(path)}\n`)
  for (const { path, write } of changes) {
    if (write === undefined) continue
    parts.push(
      `M 100644 inline ${quote(path)}\ndata ${Buffer.byteLength(write, 'utf8')}\n${write}\n`,
    )
  }
  parts.push('ls ""\n\ndone\n')
  return Buffer.from(parts.join(''), 'utf8')
}

/** The tree id in the answer of `ls ""`: `040000 tree <id>\t`. */
export const treeOf = (answer: string): string | undefined =>
  /^040000 tree ([0-9a-f]+)\t/.exec(answer)?.[1]

/** A path as `git fast-import` reads it: plain, or quoted as a string in C. */
function quote(path: string): string {
  if (!/^"|[\n\\]/.test(path)) return path
  const escaped = path.replaceAll(/["\\\n]/g, (character) =>
    character === '\n' ? '\\n' : `\\${character}`,
  )
  return `"${escaped}"`
}
