import {
  type KubernetesTransport,
  NotSentError,
  type TransportAnswer,
  type TransportRequest,
} from './transport.ts'

export interface FetchTransportProps {
  /** Its certificate must be one that the platform trusts: `fetch` takes no authority of ours. */
  readonly server: string
  /** Asked before every request. */
  readonly token?: () => string | Promise<string>
  /** @default the platform's */
  readonly fetch?: typeof fetch
}

/** Wherever there is `fetch` and nothing else. */
export class FetchTransport implements KubernetesTransport {
  readonly #server: string
  readonly #token: FetchTransportProps['token']
  readonly #fetch: typeof fetch

  constructor({ server, token, fetch = globalThis.fetch }: FetchTransportProps) {
    this.#server = server.replace(/\/$/, '')
    this.#token = token
    this.#fetch = fetch
  }

  async open({ method, path, headers, body, signal }: TransportRequest): Promise<TransportAnswer> {
    const token = await this.#currentToken()
    const response = await this.#send(`${this.#server}${path}`, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      signal,
      // A redirect is never an API server's; following it would show our token to whoever sent it.
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    return { status: response.status, headers: response.headers, body: response.body ?? nothing() }
  }

  async #currentToken(): Promise<string | undefined> {
    try {
      return await this.#token?.()
    } catch (error) {
      throw new NotSentError('There is no token', { cause: error })
    }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      const fetch = this.#fetch
      return await fetch(url, init)
    } catch (error) {
      const isRefused = NEVER_SENT.includes(codeOf(error) ?? '')
      throw isRefused ? new NotSentError('No connection', { cause: error }) : error
    }
  }
}

/** Where a platform says why, as Node does in the cause: what happens before anything is sent. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return undefined
  const { code } = error.cause as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
