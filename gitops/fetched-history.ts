import type { FetchedObjects } from './fetched-objects.ts'
import type { LoggedCommit } from './git-remote.ts'
import type { PathHistory } from './path-history.ts'
import { FOLDER } from './tree-entry.ts'

/** Commits that are fetched at once when one is missing; four times as many after it. */
const FIRST_DEPTH = 50

/**
 * The history of a path, fetched as far back as it is looked at: commits by the dozen, and with them
 * the trees on the way to the path, a level of all of them in one request.
 */
export class FetchedHistory implements PathHistory {
  readonly #objects: FetchedObjects
  readonly #path: string
  readonly #entries = new Map<string, string | undefined>()
  #depth = FIRST_DEPTH

  constructor(objects: FetchedObjects, path: string) {
    this.#objects = objects
    this.#path = path
  }

  async commit(id: string): Promise<LoggedCommit> {
    if (!this.#objects.local.has(id)) await this.#fetch(id)
    return this.#objects.commit(id)
  }

  async entry(commit: string): Promise<string | undefined> {
    await this.commit(commit)
    if (!this.#entries.has(commit)) await this.#readEntries([commit])
    return this.#entries.get(commit)
  }

  async #fetch(newest: string): Promise<void> {
    const { local } = this.#objects
    await this.#objects.fetch({ wants: [newest], filter: 'tree:0', depth: this.#depth })
    const fetched = new Set([newest])
    for (const id of fetched) {
      const { parents } = await local.commit(id)
      const known = parents.filter((parent) => local.has(parent))
      if (fetched.size < this.#depth) for (const parent of known) fetched.add(parent)
    }
    await this.#readEntries([...fetched])
    this.#depth *= 4
  }

  async #readEntries(commits: readonly string[]): Promise<void> {
    let found = await Promise.all(
      commits.map(
        async (commit): Promise<Found> => ({
          commit,
          mode: FOLDER,
          oid: await this.#objects.treeOf(commit),
        }),
      ),
    )
    for (const name of this.#path.split('/')) {
      const folders = found.filter(({ mode }) => mode === FOLDER)
      await this.#objects.fetch({ wants: folders.map(({ oid }) => oid), filter: 'tree:0' })
      found = (await Promise.all(folders.map((folder) => this.#below(folder, name)))).flat()
    }
    for (const commit of commits) this.#entries.set(commit, undefined)
    for (const { commit, mode, oid } of found) this.#entries.set(commit, `${mode} ${oid}`)
  }

  async #below({ commit, oid }: Found, name: string): Promise<readonly Found[]> {
    const entries = await this.#objects.tree(oid)
    return entries.filter(({ path }) => path === name).map((entry) => ({ ...entry, commit }))
  }
}

interface Found {
  readonly commit: string
  readonly mode: string
  readonly oid: string
}
