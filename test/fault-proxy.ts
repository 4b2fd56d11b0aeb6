import { connect, createServer, type Socket } from 'node:net'
import { type ListeningServer, listening } from './kubernetes/listening-server.ts'

/**
 * What happens to what goes through:
 *
 * - `pass`: nothing
 * - `loseAnswers`: requests arrive, and their connection is cut instead of an answer
 * - `cut`: connections are, and new ones too
 * - `hang`: nothing moves, in neither direction, until another mode comes
 */
export type ProxyMode = 'pass' | 'loseAnswers' | 'cut' | 'hang'

/** A TCP proxy between a client and a server of this machine that does to them what networks do. */
export class FaultProxy {
  readonly port: number
  readonly #listening: ListeningServer
  readonly #pairs: Set<Pair>
  #mode: ProxyMode = 'pass'

  private constructor(server: ListeningServer, pairs: Set<Pair>) {
    this.port = server.port
    this.#listening = server
    this.#pairs = pairs
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const pairs = new Set<Pair>()
    const server = createServer((client) => {
      if (proxy.#mode === 'cut') return client.destroy()
      const pair = new Pair(client, connect(targetPort, '127.0.0.1'), () => proxy.#mode)
      pairs.add(pair)
      pair.whenClosed(() => pairs.delete(pair))
      if (proxy.#mode === 'hang') pair.stop()
    })
    const proxy = new FaultProxy(await listening(server), pairs)
    return proxy
  }

  /** Ends whatever was done to connections before. */
  set(mode: ProxyMode): void {
    this.#mode = mode
    for (const pair of this.#pairs) {
      if (mode === 'cut') pair.cut()
      else if (mode === 'hang') pair.stop()
      else pair.goOn()
    }
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

  constructor(client: Socket, server: Socket, mode: () => ProxyMode) {
    this.#client = client
    this.#server = server
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => {
      if (mode() === 'loseAnswers') this.cut()
      else client.write(bytes)
    })
    for (const socket of [client, server]) {
      socket.on('error', () => this.cut())
      socket.on('close', () => this.cut())
    }
  }

  whenClosed(then: () => void): void {
    this.#client.once('close', then)
  }

  cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  stop(): void {
    this.#client.pause()
    this.#server.pause()
  }

  goOn(): void {
    this.#client.resume()
    this.#server.resume()
  }
}
