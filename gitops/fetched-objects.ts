import { GitObjects } from './git-objects.ts'
import type { LoggedCommit, TreeFile } from './git-remote.ts'
import { RemoteUnreachableError } from './git-remote-errors.ts'
import { FOLDER, type TreeEntry } from './tree-entry.ts'
import type { FetchRequest, UploadPack } from './upload-pack.ts'

/** Objects of a remote repository: each is fetched when it is needed, and kept. */
export class FetchedObjects {
  /** Those that are here: what was fetched, and what is to be pushed. */
  readonly local = new GitObjects()
  readonly #reading: UploadPack
  /** Folders that were listed, by path. */
  readonly #listed = new Set<string>()

  constructor(reading: UploadPack) {
    this.#reading = reading
  }

  /** Fetches those that are not here. */
  async fetch({ wants, ...how }: FetchRequest): Promise<void> {
    const missing = [...new Set(wants)].filter((id) => !this.local.has(id))
    if (missing.length === 0) return
    const pack = await this.#reading.fetch({ wants: missing, ...how })
    const { location } = this.#reading
    try {
      await this.local.add(pack)
    } catch (cause) {
      throw new RemoteUnreachableError(location, 'a pack that cannot be read', { cause })
    }
    // The library leaves out what it cannot make sense of.
    const lost = missing.find((id) => !this.local.has(id))
    if (lost === undefined) return
    throw new RemoteUnreachableError(location, `a pack without the object ${lost}`)
  }

  /** A commit, for which its parents and trees stay where they are. */
  async commit(id: string): Promise<LoggedCommit> {
    await this.fetch({ wants: [id], filter: 'tree:0' })
    return this.local.commit(id)
  }

  /** The tree of a commit. */
  async treeOf(commit: string): Promise<string> {
    await this.fetch({ wants: [commit], filter: 'tree:0' })
    return this.local.treeOf(commit)
  }

  async tree(id: string): Promise<readonly TreeEntry[]> {
    await this.fetch({ wants: [id], filter: 'tree:0' })
    return this.local.tree(id)
  }

  async contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.fetch({ wants: blobs, filter: 'blob:none' })
    return new Map(
      await Promise.all(blobs.map(async (id) => [id, await this.local.blob(id)] as const)),
    )
  }

  async files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>> {
    let root = await this.treeOf(commit)
    for (const name of folder.split('/').filter((part) => part !== '')) {
      const entry = (await this.tree(root)).find(({ path }) => path === name)
      if (entry?.mode !== FOLDER) return new Map()
      root = entry.oid
    }
    // At first all at once, from then on what has changed, level by level.
    const filter = this.#listed.has(folder) ? 'tree:0' : 'blob:none'
    await this.fetch({ wants: [root], filter })
    this.#listed.add(folder)
    return this.#filesBelow(root)
  }

  async #filesBelow(root: string): Promise<ReadonlyMap<string, TreeFile>> {
    const files = new Map<string, TreeFile>()
    let level = [{ prefix: '', id: root }]
    while (level.length > 0) {
      await this.fetch({ wants: level.map(({ id }) => id), filter: 'tree:0' })
      const next: typeof level = []
      for (const { prefix, id } of level) {
        for (const { path, mode, oid } of await this.local.tree(id)) {
          if (mode === FOLDER) next.push({ prefix: `${prefix}${path}/`, id: oid })
          else files.set(`${prefix}${path}`, { id: oid, mode })
        }
      }
      level = next
    }
    return files
  }
}
