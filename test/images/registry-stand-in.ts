import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { listening } from '../kubernetes/listening-server.ts'

/** An answer in the place of what the registry would say; `false` lets it answer. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Stands in for a registry, to answer as no good one does, and where a real one is not built: pulls of the
 * OCI distribution spec, "Pulling manifests" and "Listing Tags".
 */
export class RegistryStandIn {
  /** As `HEAD /v2/shop/web/manifests/main`. */
  readonly requests: string[] = []
  /** Of `Authorization`, of all requests. */
  readonly authorizations: (string | undefined)[] = []
  intercept: Interception = () => false
  readonly #manifests = new Map<string, string>()
  readonly #tags = new Map<string, string>()
  address = ''

  /** Until the test is over. */
  static async start(): Promise<RegistryStandIn> {
    const registry = new RegistryStandIn()
    const server = await listening(
      createServer((request, response) => registry.#answer(request, response)),
    )
    onTestFinished(() => server.close())
    registry.address = `http://127.0.0.1:${server.port}`
    return registry
  }

  /** @returns its digest */
  push(name: string, tag: string, content = tag): string {
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], content })
    const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
    this.#manifests.set(`${name} ${digest}`, manifest)
    this.#tags.set(`${name} ${tag}`, digest)
    return digest
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '', headers } = request
    this.requests.push(`${method} ${url}`)
    this.authorizations.push(headers.authorization)
    if (this.intercept(request, response)) return
    const [, name, kind, reference] = /^\/v2\/(.+)\/(manifests|tags)\/([^?]+)/.exec(url) ?? []
    if (name === undefined || reference === undefined) return void response.writeHead(404).end()
    if (kind === 'tags') return void this.#list(name, url, response)
    const digest = this.#tags.get(`${name} ${reference}`) ?? reference
    const manifest = this.#manifests.get(`${name} ${digest}`)
    if (manifest === undefined) return void response.writeHead(404).end()
    const found = { 'content-type': INDEX, 'docker-content-digest': digest }
    response.writeHead(200, found).end(method === 'HEAD' ? undefined : manifest)
  }

  /** Two at a time, so that whoever wants all has to ask again. */
  #list(name: string, url: string, response: ServerResponse): void {
    const last = new URL(url, this.address).searchParams.get('last') ?? ''
    const tags = [...this.#tags.keys()]
      .filter((key) => key.startsWith(`${name} `))
      .map((key) => key.slice(name.length + 1))
      .filter((tag) => tag > last)
      .sort()
    const page = tags.slice(0, 2)
    const link = `</v2/${name}/tags/list?n=2&last=${page.at(-1)}>; rel="next"`
    response
      .writeHead(200, { 'content-type': 'application/json', ...(tags.length > 2 && { link }) })
      .end(JSON.stringify({ name, tags: page }))
  }
}

export const INDEX = 'application/vnd.oci.image.index.v1+json'
