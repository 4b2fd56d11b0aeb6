import { boundedBody } from './bounded-body.ts'
import { RegistryError } from './registry-error.ts'
import { registryFailure } from './registry-failure.ts'
import {
  type RegistryCredentials,
  type RegistryRequest,
  RegistryTokens,
} from './registry-tokens.ts'
import { registryUnreachable } from './registry-unreachable.ts'
import { nextPage, tagsOf } from './tag-list.ts'

export type { RegistryCredentials } from './registry-tokens.ts'

export interface OciRegistryProps {
  /** What its images begin with, for people: `ghcr.io`. */
  readonly host: string
  /** @default `https://` and the host; of Docker Hub where its registry is */
  readonly address?: string
  /** @default - we ask as nobody */
  readonly credentials?: () => Promise<RegistryCredentials>
  /** @default the platform's own */
  readonly fetch?: typeof fetch
  /** Longest wait for one answer, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number
}

/** Where Docker Hub's registry is, which is not where its pages are. */
const HUB_REGISTRY = 'https://registry-1.docker.io'

/** "It is recommended to limit manifests to 4 MiB": distribution spec, "Pushing Manifests". */
const MOST_MANIFEST_BYTES = 4 * 1024 * 1024

const MOST_PAGE_BYTES = 4 * 1024 * 1024
/** Of all pages together. */
const MOST_LIST_BYTES = 16 * 1024 * 1024
const MOST_PAGES = 100

/** An image for one platform, or for several. Schema 1 of Docker is none of them: its digest is of no bytes. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

const DIGEST = /^sha256:[a-f0-9]{64}$/

/**
 * What a registry has, by the API of the OCI distribution spec, reading alone.
 *
 * Where it is comes from settings and never from anybody who tells of it, and no redirect is followed: a
 * registry answers for its manifests itself.
 */
export class OciRegistry {
  readonly host: string
  readonly #address: string
  readonly #tokens: RegistryTokens
  readonly #fetch: typeof fetch
  readonly #timeoutMs: number

  constructor(props: OciRegistryProps) {
    const { host, credentials, fetch: send = fetch, timeoutMs = 5_000 } = props
    const { address = host === 'docker.io' ? HUB_REGISTRY : `https://${host}` } = props
    this.host = host
    this.#address = address.replace(/\/+$/, '')
    this.#fetch = send
    this.#timeoutMs = timeoutMs
    this.#tokens = new RegistryTokens({
      host,
      address: this.#address,
      credentials,
      send: (url, init) => this.#send(url, init),
    })
  }

  /**
   * The digest that a tag has now, as the registry says.
   *
   * @throws {RegistryError}
   */
  async digest(name: string, tag: string, signal: AbortSignal): Promise<string> {
    const what = `${this.host}/${name}:${tag}`
    const response = await this.#ask(name, `manifests/${tag}`, { method: 'HEAD', signal })
    const digest = response.headers.get('docker-content-digest')
    assertManifest(response, what)
    if (digest === null) return digestOf(await this.#manifest(name, tag, signal))
    if (DIGEST.test(digest)) return digest
    throw new RegistryError('wrong', `${what} has a digest that is none: '${digest.slice(0, 100)}'`)
  }

  /**
   * Reads what a digest stands for, so that nothing is written that nobody can pull.
   *
   * @throws {RegistryError} if there is nothing, or something else
   */
  async verify(name: string, digest: string, signal: AbortSignal): Promise<void> {
    const found = await digestOf(await this.#manifest(name, digest, signal))
    if (found === digest) return
    throw new RegistryError('wrong', `${this.host}/${name}@${digest} has content of ${found}`)
  }

  /**
   * All tags of an image, a page at a time: there can be very many, and nobody needs them all at once.
   *
   * @throws {RegistryError}
   */
  async *tagPages(name: string, signal: AbortSignal): AsyncGenerator<readonly string[], void> {
    let next: string | undefined = 'tags/list?n=1000'
    let bytes = 0
    for (let pages = 1; next !== undefined; pages++) {
      const response: Response = await this.#ask(name, next, { signal })
      const limits = { where: this.host, mostBytes: MOST_PAGE_BYTES, signal }
      const body = await boundedBody(response, limits)
      bytes += body.byteLength
      if (pages > MOST_PAGES || bytes > MOST_LIST_BYTES) {
        throw new RegistryError('wrong', `${this.host}/${name} has more tags than can be read`)
      }
      yield tagsOf(body)
      next = nextPage(response.headers.get('link'))
    }
  }

  async #manifest(
    name: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#ask(name, `manifests/${reference}`, { signal })
    assertManifest(response, `${this.host}/${name}${whichOf(`manifests/${reference}`)}`)
    return boundedBody(response, { where: this.host, mostBytes: MOST_MANIFEST_BYTES, signal })
  }

  /** @param path below the image */
  async #ask(name: string, path: string, init: RegistryRequest): Promise<Response> {
    const url = `${this.#address}/v2/${name}/${path}`
    const accept = path.startsWith('manifests/') ? MANIFEST_TYPES.join(', ') : 'application/json'
    const withProof = (authorization: string | undefined): Promise<Response> =>
      this.#send(url, { ...init, headers: { accept, ...(authorization && { authorization }) } })
    let response = await withProof(this.#tokens.known(name))
    if (response.status === 401) {
      await dismiss(response)
      const header = response.headers.get('www-authenticate')
      response = await withProof(await this.#tokens.answer(name, header, init.signal))
    }
    if (response.status === 200) return response
    await dismiss(response)
    throw registryFailure(response, `${this.host}/${name}${whichOf(path)}`)
  }

  async #send(url: string, { signal, ...init }: RegistryRequest): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#timeoutMs)
    try {
      // Called by itself: the platform's own wants no receiver.
      const send = this.#fetch
      return await send(url, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      })
    } catch (error) {
      throw registryUnreachable(`${this.host} cannot be reached`, error, signal)
    }
  }
}

/** `:main`, `@sha256:…`; nothing for the image as a whole. */
function whichOf(path: string): string {
  const [, reference] = /^manifests\/(.*)$/.exec(path) ?? []
  if (reference === undefined) return ''
  return reference.includes(':') ? `@${reference}` : `:${reference}`
}

/** Of what nobody will read, it is none of our business whether it breaks off. */
const dismiss = async ({ body }: Response): Promise<void> => body?.cancel().catch(() => {})

function assertManifest({ headers }: Response, what: string): void {
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? ''
  if (MANIFEST_TYPES.includes(type)) return
  throw new RegistryError('wrong', `${what} is no image but '${type.slice(0, 100)}'`)
}

async function digestOf(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
  return `sha256:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
