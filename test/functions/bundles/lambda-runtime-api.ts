import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { type ListeningServer, listening } from '../../kubernetes/listening-server.ts'

/** An event that waits for its result. */
interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly result: PromiseWithResolvers<unknown>
}

const PREFIX = '/2018-06-01/runtime/'

/**
 * The Runtime API of AWS Lambda, as far as runtimes need it
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), and what is in front of it: events.
 */
export class LambdaRuntimeApi {
  readonly #waiting: ServerResponse[] = []
  readonly #queued: Invocation[] = []
  readonly #running = new Map<string, Invocation>()
  readonly initError = Promise.withResolvers<unknown>()
  #server: ListeningServer | undefined

  static async start(): Promise<LambdaRuntimeApi> {
    const api = new LambdaRuntimeApi()
    api.#server = await listening(
      createServer((request, response) => api.#answer(request, response)),
    )
    return api
  }

  /** For `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${this.#server?.port}`
  }

  /** What the handler returned. */
  invoke(event: unknown): Promise<unknown> {
    const invocation = { id: randomUUID(), event, result: Promise.withResolvers<unknown>() }
    this.#queued.push(invocation)
    this.#hand()
    return invocation.result.promise
  }

  async stop(): Promise<void> {
    await this.#server?.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [area, id = '', what] = (request.url ?? '').slice(PREFIX.length).split('/')
    if (area === 'invocation' && id === 'next') {
      this.#waiting.push(response)
      this.#hand()
      return
    }
    const body = await json(request)
    response.writeHead(202).end('{}')
    if (area === 'init') return this.initError.resolve(body)
    const { result } = this.#running.get(id) ?? {}
    this.#running.delete(id)
    if (what === 'response') result?.resolve(body)
    else result?.reject(new Error(`The handler failed: ${JSON.stringify(body)}`))
  }

  #hand(): void {
    while (this.#waiting.length > 0 && this.#queued.length > 0) {
      const response = this.#waiting.shift()!
      const invocation = this.#queued.shift()!
      this.#running.set(invocation.id, invocation)
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': invocation.id,
          'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
          'lambda-runtime-invoked-function-arn':
            'arn:aws:lambda:eu-west-1:123456789012:function:locks',
        })
        .end(JSON.stringify(invocation.event))
    }
  }
}
