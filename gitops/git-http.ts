import {
  RateLimitedError,
  type RefusalReason,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import { type ExchangeProps, exchange, type HttpAnswer } from './http-exchange.ts'
import { retryAfterMs } from './retry-after.ts'
import { webBase64 } from './web-base64.ts'

export interface GitCredentials {
  /** Whatever the host asks for beside a token: `x-access-token`, `oauth2`, a deploy token's name. */
  readonly username: string
  readonly password: string
}

export interface GitHttpProps extends ExchangeProps {
  /** `https://…`, as for `git clone`, without credentials. */
  readonly url: string
  /** Asked for each request, so that tokens may be short-lived. Nobody is asked without it. */
  readonly credentials?: GitCredentials | (() => Promise<GitCredentials>)
  /** What to do about credentials that are not enough. */
  readonly remedy?: string
}

export type GitService = 'git-upload-pack' | 'git-receive-pack'

const PERMISSIONS =
  'Check that the credentials are valid, and that they may read and write this repository'

/** Requests of Git's smart HTTP, and what the statuses of their answers mean. */
export class GitHttp {
  readonly location: string
  readonly #props: GitHttpProps

  constructor(props: GitHttpProps) {
    const { username, password } = new URL(props.url)
    if (username !== '' || password !== '') {
      throw new TypeError("'url' must have no credentials in it: pass them as 'credentials'")
    }
    this.#props = props
    this.location = props.url.replace(/\/+$/, '')
  }

  /** What the server can do. */
  discover(service: GitService): Promise<Uint8Array> {
    return this.#request(`info/refs?service=${service}`, {
      headers: { Accept: `application/x-${service}-advertisement` },
    })
  }

  post(service: GitService, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#request(service, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': `application/x-${service}-request`,
        Accept: `application/x-${service}-result`,
      },
    })
  }

  /**
   * @throws {RateLimitedError}
   * @throws {RemoteRefusedError}
   * @throws {RemoteUnreachableError}
   */
  async #request(path: string, init: RequestInit): Promise<Uint8Array> {
    const headers = { ...init.headers, ...(await this.#headers()) }
    const answer = await exchange(this.#props, this.location, `${this.location}/${path}`, {
      ...init,
      headers,
      redirect: 'manual',
    })
    if (answer.status !== 200) throw this.#failure(answer)
    return answer.bytes
  }

  async #headers(): Promise<Record<string, string>> {
    const { credentials } = this.#props
    const headers = {
      'Git-Protocol': 'version=2',
      // Hosts serve people and Git at the same address, and tell them apart by the first word.
      'User-Agent': 'git/lockstep',
    }
    if (credentials === undefined) return headers
    const { username, password } =
      typeof credentials === 'function' ? await credentials() : credentials
    return { ...headers, Authorization: `Basic ${webBase64(`${username}:${password}`)}` }
  }

  #failure({ status, headers, bytes }: HttpAnswer): Error {
    const [line = ''] = new TextDecoder().decode(bytes).split('\n', 1)
    const words = `${status} ${line.slice(0, 200)}`.trim()
    const wait = retryAfterMs(headers)
    if (status === 429 || (status === 403 && wait !== undefined)) {
      return new RateLimitedError(this.location, words, wait)
    }
    if (status >= 500) return new RemoteUnreachableError(this.location, words)
    const [reason, remedy] = this.#reason(status, headers)
    return new RemoteRefusedError(this.location, reason, words, { remedy })
  }

  #reason(status: number, headers: Headers): readonly [RefusalReason, remedy?: string] {
    if ([401, 403, 404].includes(status)) {
      return ['authentication', this.#props.remedy ?? PERMISSIONS]
    }
    const address = headers.get('Location')
    return address === null
      ? ['rejected']
      : ['moved', `Use the address that it has moved to: ${address}`]
  }
}
