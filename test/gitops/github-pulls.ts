import { plumbObject } from './git-plumbing.ts'
import type { GitHubCall, Reply } from './github-server.ts'

interface Pull {
  readonly number: number
  readonly html_url: string
  state: 'open' | 'closed'
  merged_at: string | null
  title: string
  readonly body: string
  readonly head: { readonly ref: string; readonly repo: { readonly full_name: string } }
  readonly base: { readonly ref: string }
}

/**
 * What GitHub's API answers of pull requests, as far as we ask, for `githubServer({ intercept })`.
 *
 * Forms of requests and answers: docs.github.com, "REST API endpoints for pull requests".
 */
export class GitHubPulls {
  readonly all: Pull[] = []
  readonly #repository: string
  readonly #name: string

  /** @param repository the bare one behind it */
  constructor(repository: string, name: string) {
    this.#repository = repository
    this.#name = name
  }

  answer({ method, path, body }: GitHubCall): Reply | undefined {
    const url = new URL(path, 'https://api.github.com')
    const [, number] =
      new RegExp(`^/repos/${this.#name}/pulls(?:/(\\d+))?$`).exec(url.pathname) ?? []
    if (!url.pathname.startsWith(`/repos/${this.#name}/pulls`)) return undefined
    if (method === 'GET') return { status: 200, body: this.#list(url.searchParams) }
    if (method === 'POST') return this.#create(body)
    const pull = this.all.find((each) => each.number === Number(number))
    if (pull === undefined) return { status: 404, body: { message: 'Not Found' } }
    pull.state = body.state ?? pull.state
    pull.title = body.title ?? pull.title
    return { status: 200, body: pull }
  }

  /** As a fork does, whose branch may be called like one of ours. */
  addOfFork(branch: string, state: 'open' | 'closed'): void {
    this.#add({ head: branch, base: 'main', title: '', body: '' }, 'stranger/deploy').state = state
  }

  merge(number: number): void {
    this.close(number).merged_at = '2026-11-26T10:00:00Z'
  }

  close(number: number): Pull {
    const pull = this.all.find((each) => each.number === number)
    if (pull === undefined) throw new Error(`There is no pull request ${number}`)
    pull.state = 'closed'
    return pull
  }

  #list(query: URLSearchParams): readonly Pull[] {
    const [owner] = this.#name.split('/')
    const state = query.get('state') ?? 'open'
    return this.all.filter(
      ({ head, base, ...pull }) =>
        (state === 'all' || pull.state === state) &&
        (query.get('base') ?? base.ref) === base.ref &&
        (query.get('head') ?? `${owner}:${head.ref}`) === `${owner}:${head.ref}`,
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
  #create(body: any): Reply {
    const isThere = (branch: string) =>
      plumbObject(this.#repository, `refs/heads/${branch}`) !== undefined
    const isOpen = this.all.some(
      ({ head, state }) =>
        state === 'open' && head.ref === body.head && head.repo.full_name === this.#name,
    )
    if (isOpen || !isThere(body.head) || !isThere(body.base)) {
      return { status: 422, body: { message: 'Validation Failed', errors: [{}] } }
    }
    return { status: 201, body: this.#add(body, this.#name) }
  }

  // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
  #add({ head, base, title, body }: any, repository: string): Pull {
    const number = this.all.length + 1
    const pull: Pull = {
      number,
      html_url: `https://github.com/${this.#name}/pull/${number}`,
      state: 'open',
      merged_at: null,
      title,
      body,
      head: { ref: head, repo: { full_name: repository } },
      base: { ref: base },
    }
    this.all.push(pull)
    return pull
  }
}
