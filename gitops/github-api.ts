import { RemoteRefusedError } from './git-remote-errors.ts'
import { type GitHubAnswer, githubFailure, reach } from './github-answers.ts'
import type { ExchangeProps } from './http-exchange.ts'

export interface GitHubApiProps extends ExchangeProps {
  /** Of the REST API: `https://api.github.com`, `https://github.example.com/api/v3`. */
  readonly apiUrl: string
  readonly owner: string
  readonly name: string
  readonly token: () => Promise<string>
}

export interface GraphqlError {
  readonly type?: string
  readonly message: string
}

export interface GraphqlAnswer<T> {
  readonly data?: T | null
  readonly errors?: readonly GraphqlError[]
}

export const CONTENTS_REMEDY =
  'Give the token the permission "Contents: read and write" on this repository'

/** Calls of GitHub's API about one repository. */
export class GitHubApi {
  /** For people. */
  readonly location: string
  readonly #props: GitHubApiProps

  constructor(props: GitHubApiProps) {
    const { apiUrl, owner, name } = props
    const host = apiUrl.replace('://api.', '://').replace(/\/api\/v3$/, '')
    this.location = `${host}/${owner}/${name}`
    this.#props = props
  }

  /** @throws {RemoteRefusedError} if GitHub does not know us, or we may not see the repository */
  async graphql<T>(
    document: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<GraphqlAnswer<T>> {
    const url = `${this.#props.apiUrl.replace(/\/v3$/, '')}/graphql`
    const answer = await this.#send(url, 'POST', { query: document, variables })
    if (answer.status !== 200) throw githubFailure(this.location, answer, CONTENTS_REMEDY)
    return answer.body as GraphqlAnswer<T>
  }

  /** What a query tells about the repository, whose `$owner` and `$name` it is given. */
  async repository<T>(document: string, more: Readonly<Record<string, unknown>>): Promise<T> {
    const { owner, name } = this.#props
    const variables = { owner, name, ...more }
    const { data, errors } = await this.graphql<{ repository: T | null }>(document, variables)
    const repository = data?.repository
    if (repository !== undefined && repository !== null && errors === undefined) return repository
    const words = errors?.map(({ message }) => message).join('; ') ?? 'no such repository'
    throw new RemoteRefusedError(this.location, 'authentication', words, {
      remedy: CONTENTS_REMEDY,
    })
  }

  /** @param path below the repository: `git/refs` */
  rest(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<GitHubAnswer> {
    const { apiUrl, owner, name } = this.#props
    return this.#send(`${apiUrl}/repos/${owner}/${name}/${path}`, method, body)
  }

  async #send(url: string, method: string, body?: unknown): Promise<GitHubAnswer> {
    return reach(this.#props, url, {
      method,
      headers: { Authorization: `Bearer ${await this.#props.token()}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }
}
