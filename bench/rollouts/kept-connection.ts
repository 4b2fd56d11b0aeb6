import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** Sends to one server again and again, without a new connection each time. */
export class KeptConnection {
  readonly #address: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(address: string) {
    this.#address = address
  }

  /** @throws if the answer is not 200 */
  post(
    path: string,
    body: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const sent = request(
      `${this.#address}${path}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        agent: this.#agent,
      },
      (answer) => {
        text(answer).then((said) => {
          if (answer.statusCode === 200) resolve(said)
          else reject(new Error(`${path} was answered ${answer.statusCode}: ${said}`))
        }, reject)
      },
    )
    sent.once('error', reject)
    sent.end(JSON.stringify(body))
    return promise
  }

  close(): void {
    this.#agent.destroy()
  }
}
