import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request, as it came to the receiver. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface ReceiverAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether more of the body could come for ever. @default false */
  readonly isEndless?: boolean
}

/** A real server, which answers as a test says and keeps what it got. */
export class Receiver {
  readonly requests: ReceivedRequest[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param answer `'cut'` to end the connection, `undefined` to answer nothing, for ever */
  static async start(
    answer: (request: ReceivedRequest, count: number) => ReceiverAnswer | 'cut' | undefined,
  ): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { method = '', url: path = '', headers } = request
      const received = { method, path, headers, body: Buffer.concat(chunks) }
      receiver.requests.push(received)
      const given = answer(received, receiver.requests.length)
      if (given === 'cut') {
        request.socket.destroy()
      } else if (given !== undefined) {
        response.writeHead(given.status, { ...given.headers }).write(given.body || '\n')
        if (!given.isEndless) response.end()
      }
    })
    const receiver = new Receiver(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return receiver
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
