import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import { REGISTRY } from '../control-plane/programs.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { INDEX } from './registry-stand-in.ts'

export interface RegistryProps {
  /** Where it tells of what happens, with what in `Authorization`. */
  readonly notify?: { readonly url: string; readonly authorization: string }
  /** Its `auth`, as it is configured. */
  readonly auth?: object
  /** Sent along by whoever pushes. */
  readonly pushedWith?: Readonly<Record<string, string>>
}

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'

const digestOf = (content: string): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

/** A registry of the project distribution, which keeps what it is given in a folder of its own. */
export class Registry {
  readonly #folder = temporaryFolder()
  readonly #props: RegistryProps
  #process: BundleProcess | undefined
  #port = 0

  private constructor(props: RegistryProps) {
    this.#props = props
  }

  /** Until the test is over. */
  static async start(props: RegistryProps = {}): Promise<Registry> {
    const registry = new Registry(props)
    onTestFinished(() => registry.stop())
    await registry.start()
    return registry
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** At the address that it had before, if it had one. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'config.yml')
    writeFileSync(file, JSON.stringify(this.#config()))
    this.#process = new BundleProcess({
      program: cachedBinary(REGISTRY),
      args: ['serve', file],
      // It would look for somebody who collects them.
      env: { OTEL_TRACES_EXPORTER: 'none' },
    })
    this.#port = Number(await this.#process.untilSaid(/listening on 127\.0\.0\.1:(\d+)/))
  }

  async stop(): Promise<void> {
    await this.#process?.kill()
    this.#process = undefined
  }

  /**
   * Pushes an image, as tools do: its parts, then what it is of, by its tag.
   *
   * @param content what tells it from others
   * @returns its digest
   */
  async push(name: string, tag: string, content = tag): Promise<string> {
    const manifest = await this.#pushImage(name, content)
    return this.#put(name, tag, IMAGE, manifest)
  }

  /** The same for an image of several platforms, whose parts have no tags. */
  async pushIndex(name: string, tag: string, contents: readonly string[]): Promise<string> {
    const manifests = []
    for (const [index, content] of contents.entries()) {
      const manifest = await this.#pushImage(name, content)
      const digest = await this.#put(name, digestOf(manifest), IMAGE, manifest)
      const platform = { os: 'linux', architecture: index === 0 ? 'amd64' : 'arm64' }
      manifests.push({ mediaType: IMAGE, digest, size: manifest.length, platform })
    }
    const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests })
    return this.#put(name, tag, INDEX, index)
  }

  #config(): object {
    const { notify, auth } = this.#props
    return {
      version: 0.1,
      log: { accesslog: { disabled: true }, level: 'info' },
      storage: { filesystem: { rootdirectory: join(this.#folder, 'storage') } },
      http: { addr: `127.0.0.1:${this.#port}`, secret: 'of-the-tests' },
      ...(auth !== undefined && { auth }),
      ...(notify !== undefined && {
        notifications: {
          endpoints: [
            {
              name: 'lockstep',
              url: notify.url,
              headers: { Authorization: [notify.authorization] },
              timeout: '10s',
              threshold: 100,
              backoff: '200ms',
            },
          ],
        },
      }),
    }
  }

  async #pushImage(name: string, content: string): Promise<string> {
    const config = JSON.stringify({ architecture: 'amd64', os: 'linux', content })
    await this.#pushBlob(name, config)
    const layer = { mediaType: CONFIG, digest: digestOf(config), size: config.length }
    return JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: layer, layers: [] })
  }

  async #pushBlob(name: string, content: string): Promise<void> {
    const begun = await this.#send(`/v2/${name}/blobs/uploads/`, { method: 'POST' }, 202)
    const location = new URL(begun.headers.get('location') ?? '', this.address)
    location.searchParams.set('digest', digestOf(content))
    const headers = { 'content-type': 'application/octet-stream' }
    await this.#send(location.href, { method: 'PUT', headers, body: content }, 201)
  }

  async #put(name: string, reference: string, type: string, manifest: string): Promise<string> {
    const headers = { 'content-type': type }
    const init = { method: 'PUT', headers, body: manifest }
    await this.#send(`/v2/${name}/manifests/${reference}`, init, 201)
    return digestOf(manifest)
  }

  async #send(path: string, init: RequestInit, expected: number): Promise<Response> {
    const headers = { ...init.headers, ...this.#props.pushedWith }
    const response = await fetch(new URL(path, this.address), { ...init, headers })
    if (response.status === expected) return response
    throw new Error(`The registry answers ${response.status}: ${await response.text()}`)
  }
}
