import { FOLDER, type GitObjects } from './git-objects.ts'
import type { LoggedCommit } from './git-remote.ts'
import type { PathHistory } from './path-history.ts'

export interface FetchedHistoryProps {
  readonly objects: GitObjects
  readonly path: string
  /** Fetches a commit and those before it, this many in all, and no trees. */
  readonly fetchCommits: (newest: string, depth: number) => Promise<void>
  /** Fetches those of the trees that are not here yet. */
  readonly fetchTrees: (ids: readonly string[]) => Promise<void>
}

/** Commits that are fetched at once when one is missing; four times as many after it. */
const FIRST_DEPTH = 50

/**
 * The history of a path, fetched as far back as it is looked at: commits by the dozen, and with them
 * the trees on the way to the path, a level of all of them in one request.
 */
export class FetchedHistory implements PathHistory {
  readonly #props: FetchedHistoryProps
  readonly #entries = new Map<string, string | undefined>()
  #depth = FIRST_DEPTH

  constructor(props: FetchedHistoryProps) {
    this.#props = props
  }

  async commit(id: string): Promise<LoggedCommit> {
    const { objects } = this.#props
    if (!objects.has(id)) await this.#fetch(id)
    return objects.commit(id)
  }

  async entry(commit: string): Promise<string | undefined> {
    await this.commit(commit)
    if (!this.#entries.has(commit)) await this.#readEntries([commit])
    return this.#entries.get(commit)
  }

  async #fetch(newest: string): Promise<void> {
    const { objects, fetchCommits } = this.#props
    await fetchCommits(newest, this.#depth)
    const fetched = new Set([newest])
    for (const id of fetched) {
      const { parents } = await objects.commit(id)
      const known = parents.filter((parent) => objects.has(parent))
      if (fetched.size < this.#depth) for (const parent of known) fetched.add(parent)
    }
    await this.#readEntries([...fetched])
    this.#depth *= 4
  }

  async #readEntries(commits: readonly string[]): Promise<void> {
    const { objects, path, fetchTrees } = this.#props
    let found = await Promise.all(
      commits.map(
        async (commit): Promise<Found> => ({
          commit,
          mode: FOLDER,
          oid: await objects.treeOf(commit),
        }),
      ),
    )
    for (const name of path.split('/')) {
      const folders = found.filter(({ mode }) => mode === FOLDER)
      await fetchTrees(folders.map(({ oid }) => oid))
      found = (await Promise.all(folders.map((folder) => this.#below(folder, name)))).flat()
    }
    for (const commit of commits) this.#entries.set(commit, undefined)
    for (const { commit, mode, oid } of found) this.#entries.set(commit, `${mode} ${oid}`)
  }

  async #below({ commit, oid }: Found, name: string): Promise<readonly Found[]> {
    const entries = await this.#props.objects.tree(oid)
    return entries.filter(({ path }) => path === name).map((entry) => ({ ...entry, commit }))
  }
}

interface Found {
  readonly commit: string
  readonly mode: string
  readonly oid: string
}
