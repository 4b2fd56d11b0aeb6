import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { type Shares, steerRequest } from './steer-request.ts'
import { WeightedTurns } from './weighted-turns.ts'

export interface ProxiedAnswer {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly service: string
  readonly status: number
  readonly tookMs: number
}

/** A reverse proxy on this machine that steers requests by HTTPRoutes, to a process for each Service. */
export class LocalProxy {
  /** Ports of this machine, by the name of the Service that they stand for. */
  readonly backends = new Map<string, number>()
  /** Every request that some Service should have answered, with what came of it. */
  readonly answers: ProxiedAnswer[] = []
  /** Whether there is a pod behind a Service. */
  hasPods: (service: string) => boolean = () => true
  readonly #routes = new Map<string, KubernetesObject>()
  readonly #turns = new Map<string, WeightedTurns>()
  readonly #agent = new Agent({ keepAlive: true })
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => this.#forward(request, response))
  }

  static async start(): Promise<LocalProxy> {
    const proxy = new LocalProxy()
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From the next request on. */
  steerBy(route: KubernetesObject): void {
    this.#routes.set(route.metadata.name, route)
  }

  forget(name: string): void {
    this.#routes.delete(name)
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
    await closed
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url: path = '/', headers } = incoming
    const found = steerRequest([...this.#routes.values()], {
      host: headers.host ?? '',
      path,
      headers,
    })
    if (found === undefined) return void response.writeHead(404).end()
    const service = this.#turn(found)
    this.#record(service, response)
    const port = this.hasPods(service) ? this.backends.get(service) : undefined
    if (port === undefined) return void response.writeHead(503).end()
    const fail = () => (response.headersSent ? response.destroy() : response.writeHead(502).end())
    const outgoing = httpRequest(
      { agent: this.#agent, host: '127.0.0.1', port, method, path, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on('error', fail).pipe(response)
      },
    )
    outgoing.on('error', fail)
    incoming.on('error', () => outgoing.destroy()).pipe(outgoing)
  }

  #record(service: string, response: ServerResponse): void {
    const beganMs = performance.now()
    response.once('close', () => {
      const status = response.statusCode
      const tookMs = performance.now() - beganMs
      this.answers.push({ atMs: Date.now(), service, status, tookMs })
    })
  }

  /** The Service whose turn it is; empty if none has any weight. */
  #turn({ key, shares }: Shares): string {
    const turns = this.#turns.get(key) ?? new WeightedTurns()
    this.#turns.set(key, turns)
    return turns.next(shares) ?? ''
  }
}
