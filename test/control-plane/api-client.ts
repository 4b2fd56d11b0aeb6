import { readLines } from '../../kubernetes/answer.ts'
import type { KubernetesRequest } from '../../kubernetes/kubernetes-client.ts'
import { type ConnectedClient, connect } from './connected-client.ts'
import type { Connection } from './connection.ts'
import { eventually } from './eventually.ts'

export interface ApiResponse {
  readonly status: number
  /** Parsed if it is JSON, else the text. */
  readonly body: unknown
  /** What `kubectl` would print as `Warning: …`. */
  readonly warnings: readonly string[]
}

const LONGEST_EVENT_BYTES = 16 * 1024 ** 2

/** By itself the server ends a watch after half an hour or more, which benchmarks outlast. */
const LONGEST_WATCH_SECONDS = 24 * 60 * 60

/** Our own client, as tests use it: they look at refusals, and read warnings. */
export class ApiClient {
  readonly #connected: ConnectedClient
  readonly #closing = new AbortController()

  constructor(connection: Connection) {
    this.#connected = connect(connection)
  }

  /** Any answer is a result, refusals too; only an answer that does not come is thrown. */
  async send(request: KubernetesRequest): Promise<ApiResponse> {
    const { status, headers, body } = await this.#connected.client.send(request)
    return { status, body, warnings: warningsOf(headers) }
  }

  /**
   * Calls back with every event of a watch. Resolves when the server has begun to answer.
   *
   * @param path with a query
   * @throws if it refuses
   */
  async watch(path: string, onEvent: (event: unknown) => void): Promise<void> {
    const { signal } = this.#closing
    const request = {
      method: 'GET',
      path: `${path}&timeoutSeconds=${LONGEST_WATCH_SECONDS}`,
      headers: { accept: 'application/json' },
      signal,
    }
    // A kind that is served only just now asks for patience.
    const { status, body } = await eventually(
      `the watch of ${path} is not put off`,
      () => this.#connected.transport.open(request),
      (answer) => answer.status !== 429,
      60,
      (answer) => answer.status,
    )
    if (status !== 200) throw new Error(`Watch of ${path} was refused (${status})`)
    void passOn(readLines(body, LONGEST_EVENT_BYTES), onEvent)
  }

  close(): void {
    this.#closing.abort()
    this.#connected.transport.close()
  }
}

/** Until the client ends, or the server does. What the callback throws is nobody's but the test's. */
async function passOn(
  events: AsyncGenerator<unknown>,
  onEvent: (event: unknown) => void,
): Promise<void> {
  for (;;) {
    const next = await events.next().catch(() => undefined)
    if (next === undefined || next.done) return
    onEvent(next.value)
  }
}

/** `299 - "text"` with quotes escaped in it, several with commas between (RFC 7234, section 5.5). */
const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/gs

const warningsOf = (headers: Headers): string[] =>
  [...(headers.get('warning') ?? '').matchAll(WARNING)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/gs, '$1'),
  )
