import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type ListeningServer, listening } from '../../kubernetes/listening-server.ts'

interface StoredObject {
  readonly content: string
  /** Header that comes back as it was. */
  readonly metadata: string | undefined
}

/**
 * Stands in for an object store: conditional writes as RFC 9110, section 13.1, has them, and tags that
 * are of the content alone, as those of S3 (API reference, `Object`: "not its metadata").
 */
export class ObjectStoreStandIn {
  static readonly METADATA = 'x-amz-meta-token'

  readonly objects = new Map<string, StoredObject>()
  /** Happens once, before the next write is looked at. */
  beforeNextWrite: (() => Promise<void>) | undefined
  /** The next write is done, and its connection cut instead of an answer. */
  losesNextAnswer = false
  etagOf = (content: string): string | undefined =>
    `"${createHash('md5').update(content).digest('hex')}"`
  readonly #server: ListeningServer

  private constructor(server: ListeningServer) {
    this.#server = server
  }

  static async start(): Promise<ObjectStoreStandIn> {
    const server = createServer((request, response) => store.#answer(request, response))
    const store = new ObjectStoreStandIn(await listening(server))
    return store
  }

  urlOf(name: string): string {
    return `http://127.0.0.1:${this.#server.port}/${name}`
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? '').slice(1)
    if (request.method === 'PUT') return this.#put(name, request, response)
    const found = this.objects.get(name)
    if (found === undefined) return void response.writeHead(404).end()
    const { content, metadata } = found
    const etag = this.etagOf(content)
    if (etag !== undefined) response.setHeader('etag', etag)
    if (metadata !== undefined) response.setHeader(ObjectStoreStandIn.METADATA, metadata)
    response.end(content)
  }

  async #put(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = await text(request)
    const meanwhile = this.beforeNextWrite
    this.beforeNextWrite = undefined
    await meanwhile?.()
    const refusal = this.#refusalOf(name, request)
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    const metadata = request.headers[ObjectStoreStandIn.METADATA]
    this.objects.set(name, { content, metadata: metadata?.toString() })
    if (!this.losesNextAnswer) return void response.writeHead(200).end()
    this.losesNextAnswer = false
    request.socket.destroy()
  }

  #refusalOf(name: string, { headers }: IncomingMessage): 404 | 412 | undefined {
    const found = this.objects.get(name)
    if (headers['if-none-match'] === '*') return found && 412
    if (headers['if-match'] === undefined) return undefined
    if (found === undefined) return 404
    return headers['if-match'] === this.etagOf(found.content) ? undefined : 412
  }
}
