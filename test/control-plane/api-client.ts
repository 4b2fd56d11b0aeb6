import { Agent, request } from 'node:https'
import type { Connection } from './connection.ts'

export interface ApiRequest {
  /** @default 'GET' */
  readonly method?: string
  /** With its query: `/api/v1/namespaces?limit=1`. */
  readonly path: string
  readonly body?: unknown
  /** @default 'application/json' */
  readonly contentType?: string
  /** @default 30000 */
  readonly timeoutMs?: number
}

export interface ApiResponse {
  readonly status: number
  /** Parsed if it is JSON, else the text. */
  readonly body: unknown
  /** What `kubectl` would print as `Warning: …`. */
  readonly warnings: readonly string[]
}

/** Speaks HTTPS with one API server, over connections that stay open. */
export class ApiClient {
  readonly #connection: Connection
  readonly #agent: Agent

  constructor(connection: Connection) {
    this.#connection = connection
    this.#agent = new Agent({
      keepAlive: true,
      // The server closes what is idle for 90 s; a request that is sent just then would fail.
      timeout: 30_000,
      ca: connection.certificateAuthority,
      cert: connection.clientCertificate,
      key: connection.clientKey,
    })
  }

  /** Any answer is a result, refusals too; only an answer that does not come is thrown. */
  send(call: ApiRequest): Promise<ApiResponse> {
    const { method = 'GET', path, body, contentType, timeoutMs = 30_000 } = call
    const { server, token } = this.#connection
    const headers: Record<string, string> = { accept: 'application/json' }
    if (token !== undefined) headers.authorization = `Bearer ${token}`
    if (body !== undefined) headers['content-type'] = contentType ?? 'application/json'
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs)
      const options = { method, headers, agent: this.#agent, signal }
      const outgoing = request(new URL(path, server), options)
      outgoing.once('error', reject)
      outgoing.once('response', (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        incoming.once('error', reject)
        incoming.once('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: parseBody(text, incoming.headers['content-type']),
            warnings: (incoming.headersDistinct.warning ?? []).map(warningText),
          }),
        )
      })
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  /**
   * Calls back with every event of a watch. Resolves when the server has begun to answer.
   *
   * @throws if it refuses
   */
  watch(path: string, onEvent: (event: unknown) => void): Promise<void> {
    const { server, token } = this.#connection
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, server), { headers, agent: this.#agent })
      outgoing.once('error', reject)
      outgoing.once('response', (incoming) => {
        // Ends with the client.
        incoming.on('error', () => {})
        let rest = ''
        incoming.setEncoding('utf8').on('data', (text: string) => {
          const lines = `${rest}${text}`.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) onEvent(JSON.parse(line))
        })
        if (incoming.statusCode === 200) resolve()
        else reject(new Error(`Watch of ${path} was refused (${incoming.statusCode})`))
      })
      outgoing.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

const parseBody = (text: string, contentType: string | undefined): unknown =>
  contentType?.startsWith('application/json') ? JSON.parse(text) : text

/** `299 - "text"` with quotes escaped in it (RFC 7234, section 5.5). */
function warningText(header: string): string {
  const quoted = /^\d{3} \S+ "(.*)"$/s.exec(header)?.[1] ?? header
  return quoted.replaceAll(/\\(.)/gs, '$1')
}
