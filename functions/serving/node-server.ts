import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { PROBLEMS } from '../http/problem-types.ts'
import { limitConnections } from './limit-connections.ts'
import type { ListenAddress } from './listen-address.ts'
import { problemResponse } from './problem-response.ts'
import { RECEIVED_WITHIN_MS, REQUEST_LIMITS } from './request-limits.ts'
import { ServerAddressError } from './server-address-error.ts'
import { readingTls, type Tls } from './tls.ts'

export interface NodeServerProps {
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly listen: ListenAddress
  /** @default - plain HTTP, for a proxy in front that has a certificate */
  readonly tls?: Tls | undefined
  /**
   * How long it still takes connections after it was asked to stop, in milliseconds: whoever sends
   * requests here needs that long to learn that it is not ready any more.
   */
  readonly drainMs: number
  /** How long a stop takes at most, in milliseconds. What is not answered by then is cut off. */
  readonly stopWithinMs: number
  /** @default 1000 */
  readonly mostConnections?: number
}

/** With 256 MiB of memory there is room for as many, and more than a lock lets wait. */
const MOST_CONNECTIONS = 1000

/** Longer than most proxies keep a connection: else they send into one that is just being closed. */
const IDLE_MS = 75_000
const CLOSE_IDLE_EVERY_MS = 50

/** A server of Node in front of a function, which stops without losing what is under way. */
export class NodeServer {
  readonly #props: NodeServerProps
  readonly #server: Server
  readonly #hurry = new AbortController()
  #stopped: Promise<boolean> | undefined

  private constructor(props: NodeServerProps) {
    this.#props = props
    const options = {
      fetch: (request: Request) => this.#answer(request),
      ...serverOptions(props.tls),
    }
    this.#server = readingTls(() => createAdaptorServer(options)) as Server
    this.#server.keepAliveTimeout = IDLE_MS
    limitConnections(this.#server, props.mostConnections ?? MOST_CONNECTIONS)
  }

  /** @throws {ServerAddressError} {UnusableCertificateError} */
  static async start(props: NodeServerProps): Promise<NodeServer> {
    const server = new NodeServer(props)
    const { host, port } = props.listen
    server.#server.listen({ port, ...(host !== '' && { host }) })
    try {
      await once(server.#server, 'listening')
    } catch (error) {
      throw new ServerAddressError(props.listen, { cause: error as Error })
    }
    return server
  }

  /** `http://127.0.0.1:8080`. */
  get address(): string {
    const { address, family, port } = this.#server.address() as AddressInfo
    const host = family === 'IPv6' ? `[${address}]` : address
    return `${this.#props.tls === undefined ? 'http' : 'https'}://${host}:${port}`
  }

  /**
   * Uses another certificate for those who connect from now on. For a server that has one.
   *
   * @throws {UnusableCertificateError} The old one is used on
   */
  useTls({ certificate, key }: Tls): void {
    const server = this.#server as TlsServer
    readingTls(() => server.setSecureContext({ cert: certificate, key }))
  }

  /**
   * Says that it is not ready, goes on for a while, takes no more connections, and finishes what is
   * under way. Asked again meanwhile, it leaves out the while.
   *
   * @returns whether all was finished, and nothing cut off
   */
  stop(): Promise<boolean> {
    if (this.#stopped === undefined) this.#stopped = this.#finish()
    else this.#hurry.abort()
    return this.#stopped
  }

  async #finish(): Promise<boolean> {
    const { drainMs, stopWithinMs } = this.#props
    const deadline = AbortSignal.timeout(stopWithinMs)
    await slept(drainMs, AbortSignal.any([this.#hurry.signal, deadline]))
    const cut = () => this.#server.closeAllConnections()
    deadline.addEventListener('abort', cut)
    const closed = once(this.#server, 'close')
    this.#server.close()
    if (deadline.aborted) cut()
    // Those that wait for a next request would keep it open until they have waited enough.
    const idle = setInterval(() => this.#server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
    await closed
    clearInterval(idle)
    deadline.removeEventListener('abort', cut)
    return !deadline.aborted
  }

  async #answer(request: Request): Promise<Response> {
    if (this.#stopped === undefined) return this.#props.fetch(request)
    if (new URL(request.url).pathname === '/readyz') return problemResponse(STOPPING)
    const response = await this.#props.fetch(request)
    // Whoever asked connects anew for its next request, to somebody else.
    response.headers.set('Connection', 'close')
    return response
  }
}

const STOPPING = {
  type: PROBLEMS.notReady,
  detail: 'This server is being stopped. Ask another one',
  retryable: true,
}

function serverOptions(tls: NodeServerProps['tls']) {
  if (tls === undefined) return { serverOptions: REQUEST_LIMITS }
  return {
    createServer: createTlsServer,
    serverOptions: {
      ...REQUEST_LIMITS,
      handshakeTimeout: RECEIVED_WITHIN_MS,
      cert: tls.certificate,
      key: tls.key,
    },
  }
}

async function slept(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
