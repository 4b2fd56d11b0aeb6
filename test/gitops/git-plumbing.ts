import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { GIT_ENV } from './git.ts'

export interface PlumbedChange {
  readonly path: string
  /** `undefined` deletes the path. */
  readonly content: Buffer | undefined
}

/** Makes a tree of another one, by Git's own index. */
export function plumbTree(
  repository: string,
  base: string | undefined,
  changes: readonly PlumbedChange[],
): string {
  const index = join(repository, `index-${randomUUID()}`)
  const run = (input: string | Buffer, ...args: string[]) =>
    plumb(repository, input, args, { GIT_INDEX_FILE: index })
  try {
    run('', 'read-tree', ...(base === undefined ? ['--empty'] : [base]))
    const lines = changes.map(({ path, content }) => {
      if (content === undefined) return `0 ${'0'.repeat(40)}\t${path}\0`
      return `100644 ${run(content, 'hash-object', '-w', '--stdin')}\t${path}\0`
    })
    // Deletions first: a path may have to make room for a folder of the same name.
    const ordered = lines.toSorted((a, b) => Number(b.startsWith('0')) - Number(a.startsWith('0')))
    run(ordered.join(''), 'update-index', '-z', '--index-info')
    return run('', 'write-tree')
  } finally {
    rmSync(index, { force: true })
  }
}

export function plumbCommit(
  repository: string,
  tree: string,
  parents: readonly string[],
  message: string,
): string {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-']
  return plumb(repository, message, args)
}

/** Moves a branch by compare-and-swap; `false` if it is not where it should be. */
export function plumbBranch(
  repository: string,
  branch: string,
  commit: string,
  expected: string | undefined,
): boolean {
  try {
    const from = expected ?? '0'.repeat(40)
    plumb(repository, '', ['update-ref', `refs/heads/${branch}`, commit, from])
    return true
  } catch {
    return false
  }
}

/** What a revision names; `undefined` if there is no such thing. */
export function plumbObject(
  repository: string,
  revision: string,
): { readonly oid: string; readonly type: string } | undefined {
  const answer = plumb(repository, `${revision}\n`, [
    'cat-file',
    '--batch-check=%(objectname) %(objecttype)',
  ])
  const [oid = '', type = ''] = answer.split(' ')
  return ['blob', 'tree', 'commit'].includes(type) ? { oid, type } : undefined
}

export const plumbBlob = (repository: string, id: string): Buffer =>
  execFileSync('git', ['cat-file', 'blob', id], { cwd: repository, env: GIT_ENV, stdio: 'pipe' })

function plumb(
  cwd: string,
  input: string | Buffer,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  return execFileSync('git', args, {
    cwd,
    input,
    env: { ...GIT_ENV, ...env },
    encoding: 'utf8',
    stdio: 'pipe',
  }).trimEnd()
}
