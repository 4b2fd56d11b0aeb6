import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { listen } from './listen.ts'
import type { Pod } from './pod.ts'

/** Where requests go: a share of them to each Service, by weight. */
export type Backends = ReadonlyMap<string, number>

/** A gateway on this machine: it shares requests out by the weights of a route, to the pods behind it. */
export class LocalGateway implements AsyncDisposable {
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })
  readonly #podsOf: (service: string) => readonly Pod[]
  #backends: Backends = new Map()
  /** By how much of a request each Service has been short of its share so far. */
  #owed = new Map<string, number>()
  readonly #turns = new Map<string, number>()

  private constructor(podsOf: (service: string) => readonly Pod[]) {
    this.#podsOf = podsOf
    this.#server = createServer((request, response) => this.#forward(request, response))
  }

  /** @param podsOf pods of a Service that answer requests */
  static async start(podsOf: (service: string) => readonly Pod[]): Promise<LocalGateway> {
    const gateway = new LocalGateway(podsOf)
    await listen(gateway.#server)
    return gateway
  }

  /** Where customers find it. */
  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
  }

  /** From the next request on. */
  route(backends: Backends): void {
    this.#backends = backends
    this.#owed = new Map([...backends.keys()].map((service) => [service, 0]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    this.#agent.destroy()
    await promise
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const pod = this.#choosePod()
    if (pod === undefined) return void response.writeHead(503).end()
    const { method, url, headers } = incoming
    const fail = () => (response.headersSent ? response.destroy() : response.writeHead(502).end())
    const outgoing = httpRequest(
      { agent: this.#agent, host: '127.0.0.1', port: pod.port, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on('error', fail).pipe(response)
      },
    )
    outgoing.on('error', fail)
    incoming.on('error', () => outgoing.destroy()).pipe(outgoing)
  }

  #choosePod(): Pod | undefined {
    const service = this.#chooseService()
    if (service === undefined) return undefined
    const turn = (this.#turns.get(service) ?? 0) + 1
    this.#turns.set(service, turn)
    const pods = this.#podsOf(service)
    return pods[turn % pods.length]
  }

  /** The one that is owed most: so the shares are exact after a few requests. */
  #chooseService(): string | undefined {
    const all = [...this.#backends.values()].reduce((sum, weight) => sum + weight, 0)
    if (all === 0) return undefined
    for (const [service, weight] of this.#backends) {
      this.#owed.set(service, (this.#owed.get(service) ?? 0) + weight / all)
    }
    const [first] = [...this.#owed].sort(([, a], [, b]) => b - a)
    if (first === undefined) return undefined
    this.#owed.set(first[0], first[1] - 1)
    return first[0]
  }
}
