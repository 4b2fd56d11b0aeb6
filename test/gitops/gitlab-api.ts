import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { plumbObject } from './git-plumbing.ts'

interface MergeRequest {
  readonly iid: number
  readonly web_url: string
  state: 'opened' | 'closed' | 'merged'
  title: string
  readonly description: string
  readonly source_branch: string
  readonly target_branch: string
  readonly source_project_id: number
  readonly target_project_id: number
}

const PROJECT_ID = 1

/**
 * What GitLab's API answers of merge requests, as far as we ask, for `gitHttpServer({ intercept })`.
 *
 * Forms of requests and answers: docs.gitlab.com, "Merge requests API".
 */
export class GitLabApi {
  readonly all: MergeRequest[] = []
  readonly #repository: string
  readonly #path: string
  readonly #token: string

  /** @param repository the bare one behind it */
  constructor(repository: string, project: string, token: string) {
    this.#repository = repository
    this.#path = `/api/v4/projects/${encodeURIComponent(project)}/merge_requests`
    this.#token = token
  }

  readonly intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!request.url?.startsWith('/api/')) return false
    void this.#answer(request).then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
    return true
  }

  /** As a fork does, whose branch may be called like one of ours. */
  addOfFork(branch: string, state: 'opened' | 'closed'): void {
    this.#add({ source_branch: branch, target_branch: 'main', title: '' }, PROJECT_ID + 1).state =
      state
  }

  async #answer(request: IncomingMessage): Promise<readonly [number, unknown]> {
    const { method, url = '', headers } = request
    // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
    const body = method === 'GET' ? undefined : ((await json(request)) as any)
    const { pathname, searchParams } = new URL(url, 'https://gitlab.com')
    if (headers.authorization !== `Bearer ${this.#token}`) {
      return [401, { message: '401 Unauthorized' }]
    }
    if (pathname !== this.#path && !pathname.startsWith(`${this.#path}/`)) {
      return [404, { message: '404 Project Not Found' }]
    }
    if (method === 'GET') return [200, this.#list(searchParams)]
    if (method === 'POST') return this.#create(body)
    const found = this.all.find(({ iid }) => pathname === `${this.#path}/${iid}`)
    if (found === undefined) return [404, { message: '404 Not found' }]
    if (body.state_event === 'close') found.state = 'closed'
    found.title = body.title ?? found.title
    return [200, found]
  }

  #list(query: URLSearchParams): readonly MergeRequest[] {
    const state = query.get('state') ?? 'all'
    return this.all.filter(
      (each) =>
        (state === 'all' || each.state === state) &&
        (query.get('source_branch') ?? each.source_branch) === each.source_branch &&
        (query.get('target_branch') ?? each.target_branch) === each.target_branch,
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
  #create(body: any): readonly [number, unknown] {
    const isThere = (branch: string) =>
      plumbObject(this.#repository, `refs/heads/${branch}`) !== undefined
    const open = this.all.find(
      ({ state, source_branch, source_project_id }) =>
        state === 'opened' &&
        source_branch === body.source_branch &&
        source_project_id === PROJECT_ID,
    )
    if (open !== undefined) {
      const words = `Another open merge request already exists for this source branch: !${open.iid}`
      return [409, { message: [words] }]
    }
    if (!isThere(body.source_branch)) {
      return [400, { message: { source_branch: ['does not exist'] } }]
    }
    return [201, this.#add(body, PROJECT_ID)]
  }

  // biome-ignore lint/suspicious/noExplicitAny: what came, of whatever form
  #add({ source_branch, target_branch, title, description }: any, from: number): MergeRequest {
    const iid = this.all.length + 1
    const made: MergeRequest = {
      iid,
      web_url: `https://gitlab.com/platform/deploy/-/merge_requests/${iid}`,
      state: 'opened',
      title,
      description,
      source_branch,
      target_branch,
      source_project_id: from,
      target_project_id: PROJECT_ID,
    }
    this.all.push(made)
    return made
  }
}
