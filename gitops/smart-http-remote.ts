import { changedTree } from './changed-tree.ts'
import { FetchedHistory } from './fetched-history.ts'
import type { FetchedObjects } from './fetched-objects.ts'
import { GitHttp, type GitHttpProps } from './git-http.ts'
import type { CommitSigner, GitAuthor } from './git-objects.ts'
import type { CommitRequest, GitRemote, LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'
import { changesOfPath } from './path-history.ts'
import { ReceivePack } from './receive-pack.ts'
import type { TreeEntry } from './tree-entry.ts'
import { UploadPack } from './upload-pack.ts'
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
  #objects: FetchedObjects | undefined

  constructor(props: SmartHttpRemoteProps) {
    const http = new GitHttp(props)
    this.location = http.location
    this.#props = props
    this.#reading = new UploadPack(http)
    this.#writing = new ReceivePack(http)
  }

  tip(branch: string): Promise<string | undefined> {
    // Whoever is in the middle of something goes on with those that it has.
    const kept = this.#objects?.local.byteLength ?? 0
    if (kept > (this.#props.cacheBytes ?? CACHE_BYTES)) this.#objects = undefined
    return this.#reading.tip(branch)
  }

  async files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    return (await this.#fetched()).files(commit, folder)
  }

  async contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return (await this.#fetched()).contents(blobs)
  }

  blobIds(contents: readonly string[]): Promise<readonly string[]> {
    return Promise.all(contents.map(webBlobId))
  }

  async log(request: LogRequest): Promise<readonly LoggedCommit[]> {
    return changesOfPath(new FetchedHistory(await this.#fetched(), request.path), request)
  }

  async commit(request: CommitRequest): Promise<string> {
    const { branch, parent, isNewBranch } = request
    const { commit, pack } = await this.#makeCommit(request)
    await this.#writing.push({
      branch,
      commit,
      expected: isNewBranch ? undefined : parent,
      pack,
      whereIs: () => this.#reading.tip(branch),
    })
    return commit
  }

  /** A commit, in a pack with all that is new in it. */
  async #makeCommit({ parent, changes, message }: CommitRequest) {
    const { author, sign, now = () => new Date() } = this.#props
    const objects = await this.#fetched()
    const written = new Set<string>()
    const remember = async (id: Promise<string>): Promise<string> => {
      written.add(await id)
      return id
    }
    const trees = {
      tree: (id: string) => objects.tree(id),
      writeTree: (entries: readonly TreeEntry[]) => remember(objects.local.writeTree(entries)),
      writeBlob: (content: string) => remember(objects.local.writeBlob(content)),
    }
    const base = parent === undefined ? undefined : await objects.treeOf(parent)
    const tree = (await changedTree(trees, base, changes)) ?? (await trees.writeTree([]))
    const commit = await remember(
      objects.local.writeCommit({ tree, parent, author, sign, time: now(), message }),
    )
    return { commit, pack: await objects.local.pack(written) }
  }

  /** With the library for objects, which whoever asks where a branch is does without. */
  async #fetched(): Promise<FetchedObjects> {
    const { FetchedObjects } = await import('./fetched-objects.ts')
    this.#objects ??= new FetchedObjects(this.#reading)
    return this.#objects
  }
}

const CACHE_BYTES = 32 * 1024 * 1024
