import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { CredentialSource, Credentials } from './credentials.ts'
import {
  type KubernetesTransport,
  NotSentError,
  type TransportAnswer,
  type TransportRequest,
} from './transport.ts'

export interface NodeTransportProps {
  /** `https://10.0.0.1:443`, with a path if all of the API is below one. */
  readonly server: string
  readonly credentials: CredentialSource
}

/** API servers close what is idle for 90 s; a request that is sent just then would be lost. */
const IDLE_MS = 30_000

/**
 * HTTPS over connections that stay open, by Node itself: half the work of its `fetch` (K23), which
 * cannot trust a cluster's own authority either.
 */
export class NodeTransport implements KubernetesTransport {
  readonly #server: string
  readonly #credentials: CredentialSource
  #pool: { readonly agent: Agent; readonly identity: readonly unknown[] } | undefined

  /** @throws {RangeError} if the server is no https address */
  constructor({ server, credentials }: NodeTransportProps) {
    if (URL.parse(server)?.protocol !== 'https:') {
      throw new RangeError(`'server' must be an address that begins with https://, got '${server}'`)
    }
    this.#server = server.replace(/\/$/, '')
    this.#credentials = credentials
  }

  async open(call: TransportRequest): Promise<TransportAnswer> {
    const credentials = await this.#currentCredentials()
    const { token, impersonate, proxyAgent } = credentials
    const headers = {
      ...call.headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(impersonate !== undefined && { 'impersonate-user': impersonate }),
    }
    const agent = (proxyAgent as Agent | undefined) ?? this.#agentFor(credentials)
    return exchange(`${this.#server}${call.path}`, { ...call, headers }, agent)
  }

  /** Ends all connections. What is under way fails. */
  close(): void {
    this.#pool?.agent.destroy()
  }

  async #currentCredentials(): Promise<Credentials> {
    try {
      return await this.#credentials()
    } catch (error) {
      throw new NotSentError('There are no credentials', { cause: error })
    }
  }

  /** Connections are of one identity. When that is replaced, those in use end by themselves. */
  #agentFor(credentials: Credentials): Agent {
    const { certificateAuthority, clientCertificate, clientKey, serverName, insecure } = credentials
    const identity = [certificateAuthority, clientCertificate, clientKey, serverName, insecure]
    if (this.#pool?.identity.every((part, index) => part === identity[index])) {
      return this.#pool.agent
    }
    const agent = new Agent({
      keepAlive: true,
      timeout: IDLE_MS,
      ca: certificateAuthority,
      cert: clientCertificate,
      key: clientKey,
      ...(serverName !== undefined && { servername: serverName }),
      rejectUnauthorized: insecure !== true,
    })
    this.#pool = { agent, identity }
    return agent
  }
}

function exchange(url: string, call: TransportRequest, agent: Agent): Promise<TransportAnswer> {
  const { method, headers, body, signal } = call
  return new Promise((resolve, reject) => {
    let mayHaveLeft = false
    const outgoing = begin(url, { method, headers: framed(headers, body), agent, signal })
    outgoing.once('socket', (socket) => {
      // Nothing leaves before the server has shown who it is.
      if ('secureConnecting' in socket && socket.secureConnecting === true) {
        socket.once('secureConnect', () => {
          mayHaveLeft = true
        })
      } else mayHaveLeft = true
    })
    // Not only once: what fails after the head has come is told by the body as well.
    outgoing.on('error', (error) => {
      reject(mayHaveLeft ? error : new NotSentError('No connection', { cause: error }))
    })
    outgoing.once('response', (incoming) => resolve(answerOf(incoming)))
    outgoing.end(body)
  })
}

/** Node frames the body of a DELETE only if it is told how long it is. */
const framed = (
  headers: TransportRequest['headers'],
  body: TransportRequest['body'],
): TransportRequest['headers'] =>
  body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }

/** @throws {NotSentError} if a header or certificate cannot be one */
function begin(url: string, options: RequestOptions): ClientRequest {
  try {
    return request(url, options)
  } catch (error) {
    throw new NotSentError('No request', { cause: error })
  }
}

function answerOf(incoming: IncomingMessage): TransportAnswer {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  // Whoever reads is told. Between head and body nobody does, and it must not end the process.
  incoming.on('error', () => {})
  return { status: incoming.statusCode ?? 0, headers, body: incoming }
}
