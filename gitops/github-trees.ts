import type { FileMode, TreeFile } from './git-remote.ts'
import { githubFailure } from './github-answers.ts'
import { CONTENTS_REMEDY, type GitHubApi } from './github-api.ts'

interface TreeAnswer {
  readonly tree: readonly {
    readonly path: string
    readonly mode: string
    readonly type: 'blob' | 'tree' | 'commit'
    readonly sha: string
  }[]
  readonly truncated: boolean
}

/** Listings are small beside what they list; these many folders are remembered. */
const REMEMBERED = 64

/** Files below trees of a repository, by the REST API. A tree never changes, so it is listed once. */
export class GitHubTrees {
  readonly #api: GitHubApi
  readonly #listings = new Map<string, ReadonlyMap<string, TreeFile>>()

  constructor(api: GitHubApi) {
    this.#api = api
  }

  async files(tree: string): Promise<ReadonlyMap<string, TreeFile>> {
    const known = this.#listings.get(tree)
    if (known !== undefined) return known
    const files = await this.#list(tree)
    const [oldest] = this.#listings.keys()
    if (this.#listings.size >= REMEMBERED && oldest !== undefined) this.#listings.delete(oldest)
    this.#listings.set(tree, files)
    return files
  }

  /** GitHub cuts long listings (100,000 entries, 7 MB): then each folder is listed by itself. */
  async #list(tree: string): Promise<ReadonlyMap<string, TreeFile>> {
    const whole = await this.#request(`${tree}?recursive=1`)
    const { tree: entries } = whole.truncated ? await this.#request(tree) : whole
    const files = new Map<string, TreeFile>()
    for (const { path, mode, type, sha } of entries) {
      if (type !== 'tree') files.set(path, { id: sha, mode: mode as FileMode })
      else if (whole.truncated) {
        for (const [name, file] of await this.#list(sha)) files.set(`${path}/${name}`, file)
      }
    }
    return files
  }

  async #request(path: string): Promise<TreeAnswer> {
    const answer = await this.#api.rest('GET', `git/trees/${path}`)
    if (answer.status !== 200) throw githubFailure(this.#api.location, answer, CONTENTS_REMEDY)
    return answer.body as TreeAnswer
  }
}
