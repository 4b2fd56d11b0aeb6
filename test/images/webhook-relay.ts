import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { listening } from '../kubernetes/listening-server.ts'

/** What somebody has sent. */
export interface Relayed {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Stands between a sender and the function, since each wants to know the other's address first; keeps what
 * came, so that it can be sent again.
 */
export class WebhookRelay {
  readonly relayed: Relayed[] = []
  url = ''
  #target = ''

  /** Until the test is over. */
  static async start(): Promise<WebhookRelay> {
    const relay = new WebhookRelay()
    const server = await listening(
      createServer((request, response) => void relay.#pass(request, response)),
    )
    onTestFinished(() => server.close())
    relay.url = `http://127.0.0.1:${server.port}/`
    return relay
  }

  /** Nobody is told anything before. */
  passTo(target: string): void {
    this.#target = target
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { authorization = '', 'content-type': type = '' } = request.headers
    const headers = { authorization, 'content-type': type }
    try {
      const answer = await this.send({ headers, body })
      if (answer.status < 300) this.relayed.push({ headers, body })
      response.writeHead(answer.status).end(await answer.text())
    } catch {
      response.writeHead(502).end()
    }
  }

  /** Sends something to whom all is passed. */
  send({ headers, body }: Relayed): Promise<Response> {
    return fetch(this.#target, { method: 'POST', headers, body })
  }
}
