import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Contender } from './hand-off.ts'

/** etcd's own lock, by its gateway for HTTP: a lease of its own, and a queue of keys. */
export class EtcdLock {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true })

  /** @param socketPath that etcd listens on */
  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  async contender(name: string): Promise<Contender> {
    const { ID: lease } = (await this.#call('/v3/lease/grant', { TTL: 60 })) as { ID: string }
    return {
      turn: async (signal) => {
        const { key } = (await this.#call(
          '/v3/lock/lock',
          { name: base64(name), lease },
          signal,
        )) as {
          key: string
        }
        await this.#call('/v3/lock/unlock', { key })
      },
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #call(path: string, body: object, signal?: AbortSignal): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const sent = request(
      {
        socketPath: this.#socketPath,
        agent: this.#agent,
        method: 'POST',
        path,
        ...(signal && { signal }),
      },
      (response) => {
        json(response).then((answer) => {
          if (response.statusCode === 200) resolve(answer)
          else reject(new Error(`etcd: ${JSON.stringify(answer)}`))
        }, reject)
      },
    )
    sent.once('error', reject)
    sent.end(JSON.stringify(body))
    return promise
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
