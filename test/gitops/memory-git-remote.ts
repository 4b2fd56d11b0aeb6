import { createHash } from 'node:crypto'
import type {
  CommitRequest,
  GitRemote,
  LoggedCommit,
  LogRequest,
  TreeFile,
} from '../../gitops/git-remote.ts'
import { BranchMovedError } from '../../gitops/git-remote-errors.ts'
import { blobId } from '../../manifests/blob-id.ts'

interface MemoryCommit {
  readonly id: string
  readonly parent: string | undefined
  readonly message: string
  readonly files: ReadonlyMap<string, string>
  readonly committedAtMs: number
}

/** A repository in memory, for what a real one is too slow for. Passes the same contract. */
export class MemoryGitRemote implements GitRemote {
  readonly location = 'memory'
  readonly branches = new Map<string, string>()
  readonly #commits = new Map<string, MemoryCommit>()
  readonly #blobs = new Map<string, string>()

  async tip(branch: string): Promise<string | undefined> {
    return this.branches.get(branch)
  }

  async files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    const prefix = folder === '' ? '' : `${folder}/`
    const files = [...this.#commit(commit).files]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, text]): [string, TreeFile] => [
        path.slice(prefix.length),
        { id: blobId(text, 'sha1'), mode: '100644' },
      ])
    return new Map(files)
  }

  async contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(blobs.map((id) => [id, this.#blobs.get(id) ?? '']))
  }

  async blobIds(contents: readonly string[]): Promise<readonly string[]> {
    return contents.map((content) => blobId(content, 'sha1'))
  }

  async log({ commit, path, limit, sinceMs = 0 }: LogRequest): Promise<readonly LoggedCommit[]> {
    const below = (id: string | undefined): string =>
      JSON.stringify(
        [...(id === undefined ? [] : this.#commit(id).files)]
          .filter(([file]) => file === path || file.startsWith(`${path}/`))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    return this.#ancestors(commit)
      .filter(
        ({ id, parent, committedAtMs }) => committedAtMs >= sinceMs && below(id) !== below(parent),
      )
      .slice(0, limit)
      .map(({ id, parent, message, committedAtMs }) => ({
        id,
        parents: parent === undefined ? [] : [parent],
        message: message.replace(/\n+$/, ''),
        author: { name: 'Platform Team', email: 'platform-team@example.com' },
        committedAtMs,
      }))
  }

  async commit({ branch, parent, isNewBranch, changes, message }: CommitRequest): Promise<string> {
    const expected = isNewBranch ? undefined : parent
    if (this.branches.get(branch) !== expected) throw new BranchMovedError(branch, expected)
    const files = new Map(parent === undefined ? [] : this.#commit(parent).files)
    for (const { path } of changes) files.delete(path)
    for (const { path, write } of changes) {
      if (write === undefined) continue
      files.set(path, write)
      this.#blobs.set(blobId(write, 'sha1'), write)
    }
    const id = createHash('sha1')
      .update(JSON.stringify([parent, message, this.#commits.size, [...files]]))
      .digest('hex')
    // Git knows no time shorter than a second.
    const committedAtMs = Math.floor(Date.now() / 1000) * 1000
    this.#commits.set(id, { id, parent, message, files, committedAtMs })
    this.branches.set(branch, id)
    return id
  }

  /** All files of a branch. */
  filesOf(branch: string): Record<string, string> {
    const tip = this.branches.get(branch)
    return tip === undefined
      ? {}
      : Object.fromEntries([...this.#commit(tip).files].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Commits of a branch, newest first. */
  commitsOf(branch: string): readonly MemoryCommit[] {
    return this.#ancestors(this.branches.get(branch))
  }

  /** What somebody else does to a branch, as with an editor and `git push`. */
  edit(branch: string, changes: Readonly<Record<string, string | undefined>>): Promise<string> {
    const parent = this.branches.get(branch)
    return this.commit({
      branch,
      parent,
      isNewBranch: parent === undefined,
      changes: Object.entries(changes).map(([path, write]) =>
        write === undefined ? { path } : { path, write },
      ),
      message: 'by hand\n',
    })
  }

  /** A commit and those before it, newest first. */
  #ancestors(newest: string | undefined): readonly MemoryCommit[] {
    const commits: MemoryCommit[] = []
    for (let id = newest; id !== undefined; ) {
      const commit = this.#commit(id)
      commits.push(commit)
      id = commit.parent
    }
    return commits
  }

  #commit(id: string): MemoryCommit {
    const commit = this.#commits.get(id)
    if (commit === undefined) throw new Error(`no commit ${id}`)
    return commit
  }
}
