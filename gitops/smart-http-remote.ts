import { changedTree } from './changed-tree.ts'
import { FetchedHistory } from './fetched-history.ts'
import { GitHttp, type GitHttpProps } from './git-http.ts'
import {
  type CommitSigner,
  FOLDER,
  type GitAuthor,
  GitObjects,
  type TreeEntry,
} from './git-objects.ts'
import type { CommitRequest, GitRemote, LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'
import { RemoteUnreachableError } from './git-remote-errors.ts'
import { changesOfPath } from './path-history.ts'
import { ReceivePack } from './receive-pack.ts'
import { type ObjectFilter, UploadPack } from './upload-pack.ts'
import { webBlobId } from './web-blob-id.ts'

export type { GitCredentials } from './git-http.ts'
export type { CommitSigner, GitAuthor } from './git-objects.ts'
export { UnsupportedServerError } from './unsupported-server-error.ts'

export interface SmartHttpRemoteProps extends GitHttpProps {
  /** In whose name commits are made. */
  readonly author: GitAuthor
  /**
   * Signs every commit.
   *
   * @default commits are not signed
   */
  readonly sign?: CommitSigner
  /**
   * Objects to keep for the next call, in bytes. Beyond that, all are forgotten before the next look
   * at a branch, and read again as they are needed.
   *
   * @default 32 MiB
   */
  readonly cacheBytes?: number
  /** @default the clock of this machine */
  readonly now?: () => Date
}

/**
 * A `GitRemote` over HTTP without the `git` command, disk or Node: for functions.
 *
 * Promised: of the repository only what a call needs is read, so neither its history nor folders
 * that nobody asks for cost anything; a folder that has been listed before costs what has changed in
 * it. What was read stays in memory for the next call of this object.
 *
 * Assumed of the server: version 2 of Git's protocol and objects by SHA-1. Where it cannot leave out
 * objects (`uploadpack.allowFilter`), the newest commit comes whole, with all files.
 */
export class SmartHttpRemote implements GitRemote {
  readonly location: string
  readonly #props: SmartHttpRemoteProps
  readonly #reading: UploadPack
  readonly #writing: ReceivePack
  readonly #listed = new Set<string>()
  #objects = new GitObjects()

  constructor(props: SmartHttpRemoteProps) {
    const http = new GitHttp(props)
    this.location = http.location
    this.#props = props
    this.#reading = new UploadPack(http)
    this.#writing = new ReceivePack(http)
  }

  tip(branch: string): Promise<string | undefined> {
    if (this.#objects.byteLength > (this.#props.cacheBytes ?? 32 * 1024 * 1024)) {
      this.#objects = new GitObjects()
      this.#listed.clear()
    }
    return this.#reading.tip(branch)
  }

  async files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    let tree = await this.#treeOf(commit)
    for (const name of folder.split('/').filter((part) => part !== '')) {
      const entry = (await this.#tree(tree)).find(({ path }) => path === name)
      if (entry?.mode !== FOLDER) return new Map()
      tree = entry.oid
    }
    // At first all at once, from then on what has changed, level by level.
    await this.#fetch([tree], this.#listed.has(folder) ? 'tree:0' : 'blob:none')
    this.#listed.add(folder)
    return this.#filesBelow(tree)
  }

  async contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(blobs)]
    await this.#fetch(ids, 'blob:none')
    return new Map(
      await Promise.all(ids.map(async (id) => [id, await this.#objects.blob(id)] as const)),
    )
  }

  blobIds(contents: readonly string[]): Promise<readonly string[]> {
    return Promise.all(contents.map(webBlobId))
  }

  log(request: LogRequest): Promise<readonly LoggedCommit[]> {
    const history = new FetchedHistory({
      objects: this.#objects,
      path: request.path,
      fetchCommits: (newest, depth) => this.#fetch([newest], 'tree:0', depth),
      fetchTrees: (ids) => this.#fetch(ids, 'tree:0'),
    })
    return changesOfPath(history, request)
  }

  async commit({ branch, parent, isNewBranch, changes, message }: CommitRequest): Promise<string> {
    const { author, sign, now = () => new Date() } = this.#props
    const written = new Set<string>()
    const remember = async (id: Promise<string>): Promise<string> => {
      written.add(await id)
      return id
    }
    const trees = {
      tree: (id: string) => this.#tree(id),
      writeTree: (entries: readonly TreeEntry[]) => remember(this.#objects.writeTree(entries)),
      writeBlob: (content: string) => remember(this.#objects.writeBlob(content)),
    }
    const base = parent === undefined ? undefined : await this.#treeOf(parent)
    const tree = (await changedTree(trees, base, changes)) ?? (await trees.writeTree([]))
    const commit = await remember(
      this.#objects.writeCommit({ tree, parent, author, sign, time: now(), message }),
    )
    await this.#writing.push({
      branch,
      commit,
      expected: isNewBranch ? undefined : parent,
      pack: await this.#objects.pack(written),
      whereIs: () => this.#reading.tip(branch),
    })
    return commit
  }

  async #treeOf(commit: string): Promise<string> {
    await this.#fetch([commit], 'tree:0')
    return this.#objects.treeOf(commit)
  }

  async #tree(id: string): Promise<readonly TreeEntry[]> {
    await this.#fetch([id], 'tree:0')
    return this.#objects.tree(id)
  }

  async #filesBelow(root: string): Promise<ReadonlyMap<string, TreeFile>> {
    const files = new Map<string, TreeFile>()
    let level = [{ prefix: '', id: root }]
    while (level.length > 0) {
      await this.#fetch(
        level.map(({ id }) => id),
        'tree:0',
      )
      const next: typeof level = []
      for (const { prefix, id } of level) {
        for (const { path, mode, oid } of await this.#objects.tree(id)) {
          if (mode === FOLDER) next.push({ prefix: `${prefix}${path}/`, id: oid })
          else files.set(`${prefix}${path}`, { id: oid, mode })
        }
      }
      level = next
    }
    return files
  }

  async #fetch(ids: readonly string[], filter: ObjectFilter, depth?: number): Promise<void> {
    const wants = [...new Set(ids)].filter((id) => !this.#objects.has(id))
    if (wants.length === 0) return
    const pack = await this.#reading.fetch({ wants, filter, ...(depth !== undefined && { depth }) })
    try {
      await this.#objects.add(pack)
    } catch (cause) {
      throw new RemoteUnreachableError(this.location, 'a pack that cannot be read', { cause })
    }
    // The library leaves out what it cannot make sense of.
    const missing = wants.find((id) => !this.#objects.has(id))
    if (missing === undefined) return
    throw new RemoteUnreachableError(this.location, `a pack without the object ${missing}`)
  }
}
