import type { ChangeRequest, ChangeRequests, NewChangeRequest } from './change-requests.ts'
import {
  RateLimitedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import { type ExchangeProps, exchange } from './http-exchange.ts'
import { retryAfterMs } from './retry-after.ts'
import { isSuperseded, supersededTitle } from './superseded-title.ts'

export interface GitLabMergeRequestsProps extends ExchangeProps {
  /** Full path: `platform/shop`, with all groups. */
  readonly project: string
  /** With the scope `api`: no smaller one lets open a merge request. */
  readonly token: () => Promise<string>
  /** @default 'https://gitlab.com' */
  readonly instance?: string
}

interface MergeRequest {
  readonly web_url: string
  readonly iid: number
  readonly title: string
  readonly state: 'opened' | 'closed' | 'merged' | 'locked'
  readonly source_branch: string
  readonly source_project_id: number | null
  readonly target_project_id: number
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const REMEDY = 'Give the token the scope api, and the role Developer in this project'

/** "Merge requests API", docs.gitlab.com. */
export class GitLabMergeRequests implements ChangeRequests {
  readonly #props: GitLabMergeRequestsProps
  readonly #location: string
  readonly #api: string

  constructor(props: GitLabMergeRequestsProps) {
    const { project, instance = 'https://gitlab.com' } = props
    const host = instance.replace(/\/+$/, '')
    this.#props = props
    this.#location = `${host}/${project}`
    this.#api = `${host}/api/v4/projects/${encodeURIComponent(project)}/merge_requests`
  }

  ofBranch(branch: string): Promise<readonly ChangeRequest[]> {
    return this.#list({ source_branch: branch, state: 'all' })
  }

  waitingFor(target: string): Promise<readonly ChangeRequest[]> {
    return this.#list({ target_branch: target, state: 'opened' })
  }

  async open({ branch, target, title, text }: NewChangeRequest): Promise<ChangeRequest> {
    const { status, body } = await this.#call('POST', '', {
      source_branch: branch,
      target_branch: target,
      title,
      description: text,
      remove_source_branch: true,
    })
    if (status === 201) return toChangeRequest(body as MergeRequest)
    // "Another open merge request already exists for this source branch".
    const known = status === 409 ? await this.ofBranch(branch) : []
    const open = known.find(({ state }) => state === 'open')
    if (open !== undefined) return open
    throw this.#failure({ status, body })
  }

  async supersede({ number, title }: ChangeRequest): Promise<void> {
    const body = { state_event: 'close', title: supersededTitle(title) }
    const answer = await this.#call('PUT', `/${number}`, body)
    if (answer.status !== 200) throw this.#failure(answer)
  }

  async #list(query: Readonly<Record<string, string>>): Promise<readonly ChangeRequest[]> {
    const answer = await this.#call('GET', `?${new URLSearchParams({ ...query, per_page: '100' })}`)
    if (answer.status !== 200) throw this.#failure(answer)
    return (answer.body as readonly MergeRequest[])
      .filter(({ source_project_id, target_project_id }) => source_project_id === target_project_id)
      .map(toChangeRequest)
  }

  async #call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, headers, bytes } = await exchange(
      this.#props,
      this.#location,
      `${this.#api}${path}`,
      {
        method,
        headers: {
          authorization: `Bearer ${await this.#props.token()}`,
          'content-type': 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
    )
    const answer = parsed(new TextDecoder().decode(bytes))
    const words = `${status} ${wordsOf(answer)}`.trim()
    if (status === 429) throw new RateLimitedError(this.#location, words, retryAfterMs(headers))
    if (status >= 500 || answer === undefined) {
      throw new RemoteUnreachableError(this.#location, words)
    }
    return { status, body: answer }
  }

  #failure({ status, body }: Answer): RemoteRefusedError {
    const reason = [401, 403, 404].includes(status) ? 'authentication' : 'rejected'
    const words = `${status} ${wordsOf(body)}`.trim()
    const remedy = reason === 'authentication' ? REMEDY : undefined
    return new RemoteRefusedError(this.#location, reason, words, { remedy })
  }
}

const STATES = { opened: 'open', locked: 'open', merged: 'merged', closed: 'closed' } as const

const toChangeRequest = (request: MergeRequest): ChangeRequest => ({
  url: request.web_url,
  number: request.iid,
  branch: request.source_branch,
  title: request.title,
  state: stateOf(request),
})

const stateOf = ({ state, title }: MergeRequest): ChangeRequest['state'] =>
  state === 'closed' && isSuperseded(title) ? 'superseded' : STATES[state]

/** One text, or several of them. */
function wordsOf(body: unknown): string {
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown }
  return [message ?? error ?? ''].flat().map(String).join('; ').slice(0, 300)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
