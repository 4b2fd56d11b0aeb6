import './buffer-global.ts'
import {
  indexPack,
  packObjects,
  readBlob,
  readCommit,
  readObject,
  readTree,
  writeBlob,
  writeCommit,
  writeTree,
} from 'isomorphic-git'
import { readCommitObject } from './git-commit-object.ts'
import type { LoggedCommit } from './git-remote.ts'
import { MemoryFiles } from './memory-files.ts'
import { FOLDER, type TreeEntry } from './tree-entry.ts'

export interface GitAuthor {
  readonly name: string
  readonly email: string
}

/**
 * Signs a commit.
 *
 * @param payload the commit without its signature, as Git hands it to `gpg` or `ssh-keygen`
 * @returns the armored signature: `-----BEGIN PGP SIGNATURE-----…` or `-----BEGIN SSH SIGNATURE-----…`
 */
export type CommitSigner = (payload: string) => Promise<string>

export interface NewCommit {
  readonly tree: string
  readonly parent: string | undefined
  readonly author: GitAuthor
  readonly time: Date
  readonly message: string
  readonly sign?: CommitSigner | undefined
}

const GITDIR = '/git'

/** Git objects in memory: what has been fetched, and what is to be pushed. */
export class GitObjects {
  readonly #files = new MemoryFiles()
  /** Of the library: packs that it has opened. */
  readonly #cache = {}
  readonly #known = new Set<string>()
  /** Trees that were read: a listing reads all of them again, whatever has changed. */
  readonly #trees = new Map<string, readonly TreeEntry[]>()
  #packs = 0

  get byteLength(): number {
    return this.#files.byteLength
  }

  has(id: string): boolean {
    return this.#known.has(id)
  }

  /**
   * Takes in all objects of a pack.
   *
   * @throws if it is damaged: the library's errors, and those of what it uses
   */
  async add(pack: Uint8Array): Promise<void> {
    const filepath = `objects/pack/pack-${++this.#packs}.pack`
    await this.#files.promises.writeFile(`${GITDIR}/${filepath}`, pack)
    const { oids } = await indexPack({ ...this.#place(), dir: GITDIR, filepath })
    const [first] = oids
    // A pack is held against its checksum when something is read from it.
    if (first !== undefined) await readObject({ ...this.#place(), oid: first })
    for (const id of oids) this.#known.add(id)
  }

  async commit(oid: string): Promise<LoggedCommit> {
    const { object } = await readObject({ ...this.#place(), oid, format: 'content' })
    return readCommitObject(oid, new TextDecoder().decode(object as Uint8Array))
  }

  /** The tree of a commit. */
  async treeOf(commit: string): Promise<string> {
    return (await readCommit({ ...this.#place(), oid: commit })).commit.tree
  }

  async tree(oid: string): Promise<readonly TreeEntry[]> {
    const known = this.#trees.get(oid)
    if (known !== undefined) return known
    const { tree } = await readTree({ ...this.#place(), oid })
    const entries = tree.map(({ path, mode, oid: id }) => ({
      path,
      mode: mode as TreeEntry['mode'],
      oid: id,
    }))
    this.#trees.set(oid, entries)
    return entries
  }

  async blob(oid: string): Promise<string> {
    return new TextDecoder().decode((await readBlob({ ...this.#place(), oid })).blob)
  }

  writeBlob(content: string): Promise<string> {
    return this.#remember(writeBlob({ ...this.#place(), blob: new TextEncoder().encode(content) }))
  }

  writeTree(entries: readonly TreeEntry[]): Promise<string> {
    const tree = entries.map((entry) => ({ ...entry, type: typeOf(entry.mode) }))
    return this.#remember(writeTree({ ...this.#place(), tree }))
  }

  async writeCommit(commit: NewCommit): Promise<string> {
    const oid = await this.#writeCommit(commit)
    if (commit.sign === undefined) return oid
    const { payload } = await readCommit({ ...this.#place(), oid })
    return this.#writeCommit(commit, (await commit.sign(payload)).trimEnd())
  }

  /** A pack with these objects, each of them whole. */
  async pack(ids: Iterable<string>): Promise<Uint8Array> {
    const { packfile } = await packObjects({ ...this.#place(), oids: [...ids], write: false })
    if (packfile === undefined) throw new TypeError('The library made no pack')
    return packfile
  }

  #writeCommit({ tree, parent, author, time, message }: NewCommit, gpgsig?: string) {
    const person = { ...author, timestamp: Math.floor(time.getTime() / 1000), timezoneOffset: 0 }
    return this.#remember(
      writeCommit({
        ...this.#place(),
        commit: {
          tree,
          parent: parent === undefined ? [] : [parent],
          author: person,
          committer: person,
          message,
          ...(gpgsig !== undefined && { gpgsig }),
        },
      }),
    )
  }

  async #remember(written: Promise<string>): Promise<string> {
    const id = await written
    this.#known.add(id)
    return id
  }

  #place() {
    return { fs: this.#files, gitdir: GITDIR, cache: this.#cache }
  }
}

function typeOf(mode: TreeEntry['mode']): 'tree' | 'commit' | 'blob' {
  if (mode === FOLDER) return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}
