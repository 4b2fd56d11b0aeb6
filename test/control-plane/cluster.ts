import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesRequest } from '../../kubernetes/kubernetes-client.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { ApiClient, type ApiResponse } from './api-client.ts'
import type { Connection } from './connection.ts'
import { type ObjectReference, ResourcePaths } from './resource-paths.ts'

/** What the API server says to an object, whether or not it was kept. */
export interface Verdict {
  readonly accepted: boolean
  /** HTTP status: 404 for a kind that is not served, 422 for a value that is not valid. */
  readonly status: number
  /** Why it was refused; empty if it was accepted. */
  readonly message: string
  /** What `kubectl` would print as `Warning: …`, accepted or not. */
  readonly warnings: readonly string[]
}

/** The API server refused an object that a test needs. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code = 'REFUSED'

  constructor({ kind, metadata }: ObjectReference, { status, message }: Verdict) {
    super(`${kind} ${metadata.name} was refused (${status}): ${message}`)
  }
}

const CRD_SERVED_WITHIN_MS = 15_000
const FIELD_MANAGER = 'lockstep-test'

/** A real API server, as the tests of one file use it. */
export class Cluster {
  readonly #connect: () => Promise<Connection>
  readonly #madeNamespaces = new Set<string>()
  #session: Promise<{ client: ApiClient; paths: ResourcePaths }> | undefined
  #ownNamespace: Promise<string> | undefined

  constructor(connect: () => Promise<Connection>) {
    this.#connect = connect
  }

  /**
   * A namespace that enforces the Pod Security Standard `restricted` and warns of what would break
   * it. Without a name: one that only this test file has.
   */
  namespace(name?: string): Promise<string> {
    if (name !== undefined) return this.#makeNamespace(name)
    this.#ownNamespace ??= this.#makeNamespace(`test-${randomBytes(5).toString('hex')}`)
    return this.#ownNamespace
  }

  /**
   * Asks what the API server would do: strict, by server-side apply, nothing is kept. An object
   * without a namespace goes to the one of this file.
   */
  dryRun(object: ObjectReference): Promise<Verdict> {
    return this.#serverSideApply(object, '&dryRun=All')
  }

  /**
   * Applies objects one after the other, strict, by server-side apply. A CustomResourceDefinition
   * is waited for.
   *
   * @throws {RefusedError}
   */
  async apply(objects: readonly ObjectReference[]): Promise<void> {
    for (const object of objects) {
      const verdict = await this.#serverSideApply(object, '')
      if (!verdict.accepted) throw new RefusedError(object, verdict)
      if (object.kind === 'CustomResourceDefinition') await this.#untilServed(object)
    }
  }

  /** The object as it is now, or `undefined` if there is none. */
  async get(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    const path = await this.pathOf(reference)
    if (path === undefined) return undefined
    const { status, body } = await this.send({ path })
    if (status === 404) return undefined
    if (status !== 200) throw new RefusedError(reference, verdictOf({ status, body, warnings: [] }))
    return body as KubernetesObject
  }

  /** Where the object is in the API, or `undefined` if its kind is not served. */
  async pathOf(reference: ObjectReference): Promise<string | undefined> {
    return (await this.#open()).paths.of(reference, () => this.namespace())
  }

  /** Minor version of the API server: `1.36`. */
  async minorVersion(): Promise<string> {
    const { major, minor } = (await this.send({ path: '/version' })).body as Record<string, string>
    return `${major}.${minor}`
  }

  /** Any call of the API, as a cluster admin. */
  async send(request: KubernetesRequest): Promise<ApiResponse> {
    return (await this.#open()).client.send(request)
  }

  /** Calls back with every event of a watch, until the test file ends. */
  async watch(path: string, onEvent: (event: unknown) => void): Promise<void> {
    return (await this.#open()).client.watch(path, onEvent)
  }

  /** Deletes the namespaces that this file made, and does not wait for it. */
  async leave(): Promise<void> {
    if (this.#session === undefined) return
    for (const name of this.#madeNamespaces) {
      await this.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
    }
    ;(await this.#session).client.close()
  }

  #open(): Promise<{ client: ApiClient; paths: ResourcePaths }> {
    this.#session ??= this.#connect().then((connection) => {
      const client = new ApiClient(connection)
      return { client, paths: new ResourcePaths(client) }
    })
    return this.#session
  }

  async #serverSideApply(object: ObjectReference, query: string): Promise<Verdict> {
    const path = await this.pathOf(object)
    if (path === undefined) {
      const message = `${object.apiVersion} ${object.kind} is not served`
      return { accepted: false, status: 404, message, warnings: [] }
    }
    const response = await this.send({
      method: 'PATCH',
      path: `${path}?fieldManager=${FIELD_MANAGER}&fieldValidation=Strict&force=true${query}`,
      body: object,
      contentType: 'application/apply-patch+yaml',
    })
    return verdictOf(response)
  }

  async #makeNamespace(name: string): Promise<string> {
    const labels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    }
    // Pods are refused without it, and there may be no controller that makes it.
    const account = { name: 'default', namespace: name }
    await this.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } } as ObjectReference,
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    ])
    this.#madeNamespaces.add(name)
    return name
  }

  async #untilServed(definition: ObjectReference): Promise<void> {
    const deadline = performance.now() + CRD_SERVED_WITHIN_MS
    for (;;) {
      const status = (await this.get(definition))?.status
      const conditions =
        isRecord(status) && Array.isArray(status.conditions) ? status.conditions : []
      const established = conditions.find(({ type }) => type === 'Established')
      if (established?.status === 'True') return
      if (performance.now() > deadline) {
        const seen = JSON.stringify(conditions)
        throw new Error(`${definition.metadata.name} is not served yet; conditions: ${seen}`)
      }
      await sleep(25)
    }
  }
}

function verdictOf({ status, body, warnings }: ApiResponse): Verdict {
  const accepted = status >= 200 && status < 300
  const message = isRecord(body) && typeof body.message === 'string' ? body.message : String(body)
  return { accepted, status, message: accepted ? '' : message, warnings }
}
