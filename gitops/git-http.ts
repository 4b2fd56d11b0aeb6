import {
  RateLimitedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import { retryAfterMs } from './retry-after.ts'
import { webBase64 } from './web-base64.ts'

export interface GitCredentials {
  /** Whatever the host asks for beside a token: `x-access-token`, `oauth2`, a deploy token's name. */
  readonly username: string
  readonly password: string
}

export interface GitHttpProps {
  /** `https://…`, as for `git clone`, without credentials. */
  readonly url: string
  /** Asked for each request, so that tokens may be short-lived. Nobody is asked without it. */
  readonly credentials?: GitCredentials | (() => Promise<GitCredentials>)
  /** @default the platform's own */
  readonly fetch?: typeof fetch
  /**
   * Longest wait for a whole answer, in milliseconds.
   *
   * @default 60_000
   */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
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
    this.#props = { ...props, url: props.url.replace(/\/+$/, '') }
    this.location = this.#props.url
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
    const { url, timeoutMs = 60_000, signal } = this.#props
    const send = this.#props.fetch ?? fetch
    const headers = { ...init.headers, ...(await this.#headers()) }
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await send(`${url}/${path}`, {
        ...init,
        headers,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (!response.ok) throw this.#failure(response, new TextDecoder().decode(bytes))
      return bytes
    } catch (error) {
      if (error instanceof RateLimitedError || error instanceof RemoteRefusedError) throw error
      if (error instanceof RemoteUnreachableError) throw error
      signal?.throwIfAborted()
      throw new RemoteUnreachableError(this.location, wordsOf(error), { cause: error })
    }
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

  #failure(response: Response, body: string): Error {
    const { status, headers } = response
    const words = `${status} ${body.split('\n', 1)[0]?.slice(0, 200).trim() ?? ''}`.trim()
    const wait = retryAfterMs(headers)
    if (status === 429 || (status === 403 && wait !== undefined)) {
      return new RateLimitedError(this.location, words, wait)
    }
    if (status >= 500) return new RemoteUnreachableError(this.location, words)
    if (status >= 300 && status < 400) {
      return new RemoteRefusedError(this.location, 'moved', words, {
        remedy: `Use the address that it has moved to: ${headers.get('Location') ?? 'unknown'}`,
      })
    }
    const remedy = this.#props.remedy ?? PERMISSIONS
    return new RemoteRefusedError(this.location, 'authentication', words, { remedy })
  }
}

/** `fetch` says that it failed, and its cause why. */
function wordsOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || message : message
}
