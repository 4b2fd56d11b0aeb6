import { connect, createServer, type Socket } from 'node:net'
import { type ListeningServer, listening } from './kubernetes/listening-server.ts'

/**
 * What happens to what goes through:
 *
 * - `pass`: nothing
 * - `loseAnswers`: requests arrive, and their connection is cut instead of an answer
 * - `cut`: connections are, and new ones too
 * - `hang`: nothing moves, in neither direction, until another mode comes
 * - `silence`: the same, and what was open then, or was opened meanwhile, is never answered, not even later
 */
export type ProxyMode = 'pass' | 'loseAnswers' | 'cut' | 'hang' | 'silence'

/** A TCP proxy between a client and a server of this machine that does to them what networks do. */
export class FaultProxy {
  /** As the URL of what it is in front of, but for host and port. */
  readonly server: string
  readonly #listening: ListeningServer
  readonly #pairs: Set<Pair>
  #mode: ProxyMode = 'pass'

  private constructor(scheme: string, server: ListeningServer, pairs: Set<Pair>) {
    this.server = `${scheme}//127.0.0.1:${server.port}`
    this.#listening = server
    this.#pairs = pairs
  }

  /** @param server URL of what it is in front of */
  static async start(server: string): Promise<FaultProxy> {
    const { protocol, hostname, port } = new URL(server)
    const pairs = new Set<Pair>()
    const near = createServer((client) => {
      if (proxy.#mode === 'cut') return client.destroy()
      const pair = new Pair(client, connect(Number(port), hostname), () => proxy.#mode)
      pairs.add(pair)
      pair.whenClosed(() => pairs.delete(pair))
      pair.follow(proxy.#mode)
    })
    const proxy = new FaultProxy(protocol, await listening(near), pairs)
    return proxy
  }

  /** Ends whatever was done to connections before, but for silence. */
  set(mode: ProxyMode): void {
    this.#mode = mode
    for (const pair of this.#pairs) pair.follow(mode)
  }

  async close(): Promise<void> {
    this.set('cut')
    await this.#listening.close()
  }
}

/** Both ends of what goes through. */
class Pair {
  readonly #client: Socket
  readonly #server: Socket
  #isSilent = false

  constructor(client: Socket, server: Socket, mode: () => ProxyMode) {
    this.#client = client
    this.#server = server
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => {
      if (mode() === 'loseAnswers') this.cut()
      else client.write(bytes)
    })
    client.on('error', () => this.cut()).on('close', () => this.cut())
    // Nobody is told, of what is silent, that the server has given it up.
    const gone = () => this.#isSilent || this.cut()
    server.on('error', gone).on('close', gone)
  }

  whenClosed(then: () => void): void {
    this.#client.once('close', then)
  }

  follow(mode: ProxyMode): void {
    if (mode === 'cut') this.cut()
    this.#isSilent ||= mode === 'silence'
    for (const socket of [this.#client, this.#server]) {
      if (this.#isSilent || mode === 'hang') socket.pause()
      else socket.resume()
    }
  }

  cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }
}
