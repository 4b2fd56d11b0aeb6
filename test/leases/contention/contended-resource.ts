import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { listening } from '../../kubernetes/listening-server.ts'
import type { Operation } from '../simulation/history.ts'
import type { WriteAttempt } from './contender.ts'
import { monotonicUs } from './monotonic.ts'

/** What a lock protects, behind HTTP: it never takes an older token than it has seen. */
export class ContendedResource {
  readonly writes: Operation[] = []
  readonly url: string
  readonly close: () => Promise<void>
  readonly #slot: string
  #largest = -1

  private constructor(slot: string, port: number, close: () => Promise<void>) {
    this.#slot = slot
    this.url = `http://127.0.0.1:${port}`
    this.close = close
  }

  static async start(slot: string): Promise<ContendedResource> {
    const server = createServer(async (request, response) => {
      const attempt = (await json(request)) as WriteAttempt
      response.writeHead(resource.#take(attempt) ? 204 : 412).end()
    })
    const { port, close } = await listening(server)
    const resource = new ContendedResource(slot, port, close)
    return resource
  }

  #take({ token, hold, process }: WriteAttempt): boolean {
    const accepted = token >= this.#largest
    if (accepted) this.#largest = token
    const atUs = monotonicUs()
    this.writes.push({
      kind: 'write',
      process,
      slot: this.#slot,
      hold,
      token,
      callUs: atUs,
      returnUs: atUs,
      accepted,
    })
    return accepted
  }
}
