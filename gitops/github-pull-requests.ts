import type { ChangeRequest, ChangeRequests, NewChangeRequest } from './change-requests.ts'
import { type GitHubAnswer, githubFailure } from './github-answers.ts'
import { GitHubApi } from './github-api.ts'
import { type GitHubAppProps, gitHubAppToken } from './github-app.ts'
import type { ExchangeProps } from './http-exchange.ts'
import { isSuperseded, supersededTitle } from './superseded-title.ts'

export interface GitHubPullRequestsProps extends ExchangeProps {
  /** `owner/name`. */
  readonly repository: string
  /** A token, or an app, with the permission "Pull requests: read and write". */
  readonly access: (() => Promise<string>) | GitHubAppProps
  /** @default 'https://api.github.com' */
  readonly apiUrl?: string
}

interface PullRequest {
  readonly html_url: string
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly merged_at: string | null
  /** Its repository is gone with a fork that is. */
  readonly head: { readonly ref: string; readonly repo: { readonly full_name: string } | null }
}

const REMEDY = 'Give the token the permission "Pull requests: read and write" on this repository'

/** "REST API endpoints for pull requests", docs.github.com. */
export class GitHubPullRequests implements ChangeRequests {
  readonly #api: GitHubApi
  readonly #repository: string
  readonly #owner: string

  constructor(props: GitHubPullRequestsProps) {
    const { repository, access, apiUrl = 'https://api.github.com' } = props
    const [owner = '', name = ''] = repository.split('/')
    const token =
      typeof access === 'function'
        ? access
        : gitHubAppToken({
            ...props,
            ...access,
            apiUrl,
            repository: name,
            permissions: { pull_requests: 'write' },
          })
    this.#api = new GitHubApi({ ...props, apiUrl, owner, name, token })
    this.#repository = repository
    this.#owner = owner
  }

  ofBranch(branch: string): Promise<readonly ChangeRequest[]> {
    return this.#list({ head: `${this.#owner}:${branch}`, state: 'all' })
  }

  waitingFor(target: string): Promise<readonly ChangeRequest[]> {
    return this.#list({ base: target, state: 'open' })
  }

  async open({ branch, target, title, text }: NewChangeRequest): Promise<ChangeRequest> {
    const body = { head: branch, base: target, title, body: text }
    const answer = await this.#api.rest('POST', 'pulls', body)
    if (answer.status === 201) return toChangeRequest(answer.body as PullRequest)
    // Which 422 stands for much; whether there is one, the list knows.
    const known = answer.status === 422 ? await this.ofBranch(branch) : []
    const open = known.find(({ state }) => state === 'open')
    if (open !== undefined) return open
    throw this.#failure(answer)
  }

  async supersede({ number, title }: ChangeRequest): Promise<void> {
    const body = { state: 'closed', title: supersededTitle(title) }
    const answer = await this.#api.rest('PATCH', `pulls/${number}`, body)
    if (answer.status !== 200) throw this.#failure(answer)
  }

  async #list(query: Readonly<Record<string, string>>): Promise<readonly ChangeRequest[]> {
    const parameters = new URLSearchParams({ ...query, per_page: '100' })
    const answer = await this.#api.rest('GET', `pulls?${parameters}`)
    if (answer.status !== 200) throw this.#failure(answer)
    const own = this.#repository.toLowerCase()
    return (answer.body as readonly PullRequest[])
      .filter(({ head }) => head.repo?.full_name.toLowerCase() === own)
      .map(toChangeRequest)
  }

  #failure(answer: GitHubAnswer) {
    return githubFailure(this.#api.location, answer, REMEDY)
  }
}

const toChangeRequest = (pull: PullRequest): ChangeRequest => ({
  url: pull.html_url,
  number: pull.number,
  branch: pull.head.ref,
  title: pull.title,
  state: stateOf(pull),
})

function stateOf({ state, merged_at, title }: PullRequest): ChangeRequest['state'] {
  if (merged_at !== null) return 'merged'
  return state === 'closed' && isSuperseded(title) ? 'superseded' : state
}
