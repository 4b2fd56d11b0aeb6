import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type FSWatcher, watch } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { KubernetesRequest } from '../../kubernetes/kubernetes-client.ts'
import type { ApiResponse } from './api-client.ts'

export interface SourceControllerStandInProps {
  /** Bare repository, a folder of this machine. */
  readonly repository: string
  readonly branch: string
  /** The GitRepository that gets the status; its `spec.url` is never contacted. */
  readonly source: { readonly namespace: string; readonly name: string }
  readonly send: (request: KubernetesRequest) => Promise<ApiResponse>
}

/** An artifact that somebody may still be about to fetch is kept. */
const KEPT_ARTIFACTS = 5

/**
 * Stands in for Flux's source-controller, which cannot be built from modules alone. Does what
 * kustomize-controller sees of it for one GitRepository: after a push to the branch there is an
 * archive of the commit at an address, and the status says where, of which revision and digest.
 *
 * Not played: fetching over the network, intervals, credentials, verification, `spec.ignore`,
 * sparse checkouts and events.
 */
export class SourceControllerStandIn {
  readonly #props: SourceControllerStandInProps
  readonly #artifacts = new Map<string, Buffer>()
  readonly #server: Server
  #watcher: FSWatcher | undefined
  #offered: string | undefined
  #work: Promise<void> = Promise.resolve()
  #failure: unknown

  private constructor(props: SourceControllerStandInProps) {
    this.#props = props
    this.#server = createServer(({ url = '' }, response) => {
      const artifact = this.#artifacts.get(url)
      response.writeHead(artifact === undefined ? 404 : 200).end(artifact)
    })
  }

  /** Offers what is on the branch, and from then on every push. */
  static async start(props: SourceControllerStandInProps): Promise<SourceControllerStandIn> {
    const controller = new SourceControllerStandIn(props)
    controller.#server.listen(0, '127.0.0.1')
    await once(controller.#server, 'listening')
    controller.#watcher = watch(join(props.repository, 'refs', 'heads'), () => controller.#notice())
    await controller.#notice()
    return controller
  }

  /** @throws what went wrong in the background since the start */
  async stop(): Promise<void> {
    this.#watcher?.close()
    await this.#work
    this.#server.closeAllConnections()
    this.#server.close()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** One after the other: an older commit never replaces a newer one. */
  #notice(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#offerTip())
      .catch((error: unknown) => {
        this.#failure ??= error
      })
    return this.#work
  }

  async #offerTip(): Promise<void> {
    const commit = await this.#tip()
    if (commit === undefined || commit === this.#offered) return
    const archive = await this.#git('archive', '--format=tar.gz', commit)
    const path = `/${commit}.tar.gz`
    // Before the status says so: a missing artifact is asked for again only after half a minute.
    this.#artifacts.set(path, archive)
    await this.#patchStatus(commit, path, archive)
    this.#offered = commit
    for (const old of [...this.#artifacts.keys()].slice(0, -KEPT_ARTIFACTS)) {
      this.#artifacts.delete(old)
    }
  }

  async #tip(): Promise<string | undefined> {
    const reference = `refs/heads/${this.#props.branch}`
    const line = await this.#git('for-each-ref', '--format=%(objectname)', reference)
    return line.toString().trim() || undefined
  }

  async #git(...args: readonly string[]): Promise<Buffer> {
    const { stdout } = await promisify(execFile)('git', args, {
      cwd: this.#props.repository,
      encoding: 'buffer',
      maxBuffer: 2 ** 28,
    })
    return stdout
  }

  async #patchStatus(commit: string, path: string, archive: Buffer): Promise<void> {
    const { source, branch, send } = this.#props
    const { port } = this.#server.address() as AddressInfo
    const resource = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${source.namespace}/gitrepositories/${source.name}`
    const now = `${new Date().toISOString().slice(0, 19)}Z`
    const revision = `${branch}@sha1:${commit}`
    const { body } = await send({ path: resource })
    const { generation } = (body as { metadata: { generation: number } }).metadata
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact for revision '${revision}'`,
      lastTransitionTime: now,
      observedGeneration: generation,
    })
    const answer = await send({
      method: 'PATCH',
      path: `${resource}/status`,
      contentType: 'application/merge-patch+json',
      body: {
        status: {
          observedGeneration: generation,
          conditions: [condition('Ready'), condition('ArtifactInStorage')],
          artifact: {
            path: path.slice(1),
            url: `http://127.0.0.1:${port}${path}`,
            revision,
            digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
            size: archive.length,
            lastUpdateTime: now,
          },
        },
      },
    })
    if (answer.status !== 200) {
      throw new Error(
        `The status of GitRepository ${source.name} was refused: ${JSON.stringify(answer.body)}`,
      )
    }
  }
}
