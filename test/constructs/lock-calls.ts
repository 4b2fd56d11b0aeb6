import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { ApiResponse } from '../control-plane/api-client.ts'
import type { Cluster } from '../control-plane/cluster.ts'
import { IMAGE } from './fixtures.ts'

const POLICY_HOLDS_WITHIN_MS = 30_000

export const TOKEN = 'lockstep.dev/fencing-token'
export const EPOCH = 'lockstep.dev/fencing-epoch'
export const WRITE = 'lockstep.dev/fencing-write'

/** What can be scaled. */
export const BOOKS: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'books' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'books' } },
    template: {
      metadata: { labels: { app: 'books' } },
      spec: { containers: [{ name: 'books', image: IMAGE }] },
    },
  },
}

/** What a holder says on each write: a token of the store `test`, and something new. */
export const stamp = (number: bigint | number | string, epoch = 'test.1') => ({
  [TOKEN]: String(number),
  [EPOCH]: epoch,
  [WRITE]: randomUUID(),
})

/** Calls on one object, as a cluster admin, whom RBAC refuses nothing. */
export class ObjectCalls {
  readonly #cluster: Cluster
  readonly #folder: string
  readonly #object: KubernetesObject

  /** @param folder `/api/v1/namespaces/shop/configmaps` */
  constructor(cluster: Cluster, folder: string, object: KubernetesObject) {
    this.#cluster = cluster
    this.#folder = folder
    this.#object = object
  }

  async read(): Promise<KubernetesObject> {
    return (await this.#send('GET')).body as KubernetesObject
  }

  create(annotations: object = {}): Promise<ApiResponse> {
    const metadata = { ...this.#object.metadata, annotations }
    const body = { ...this.#object, metadata }
    return this.#cluster.send({ method: 'POST', path: this.#folder, body })
  }

  /** Read, modify, write: whoever does that keeps the token that is there. */
  async put(change: (object: KubernetesObject) => object): Promise<ApiResponse> {
    return this.#send('PUT', { body: change(await this.read()) })
  }

  patch(body: object, path = ''): Promise<ApiResponse> {
    return this.#send('PATCH', { path, body, contentType: 'application/merge-patch+json' })
  }

  apply(body: object): Promise<ApiResponse> {
    const { apiVersion, kind, metadata } = this.#object
    return this.#send('PATCH', {
      path: '?fieldManager=test&force=true',
      body: { apiVersion, kind, metadata: { name: metadata.name }, ...body },
      contentType: 'application/apply-patch+yaml',
    })
  }

  delete(body?: object): Promise<ApiResponse> {
    return this.#send('DELETE', { ...(body !== undefined && { body }) })
  }

  deleteAll(): Promise<ApiResponse> {
    const { name } = this.#object.metadata
    const path = `${this.#folder}?fieldSelector=metadata.name=${name}`
    return this.#cluster.send({ method: 'DELETE', path })
  }

  #send(
    method: string,
    { path = '', ...request }: { path?: string; body?: object; contentType?: string } = {},
  ): Promise<ApiResponse> {
    const object = `${this.#folder}/${this.#object.metadata.name}`
    return this.#cluster.send({ method, path: `${object}${path}`, ...request })
  }
}

export const messageOf = ({ body }: ApiResponse): string =>
  (body as { message?: string }).message ?? JSON.stringify(body)

/** A policy holds a moment after it was made (K47). `attempt` is what it has to refuse, as a dry run. */
export async function untilRefused(
  what: string,
  attempt: () => Promise<ApiResponse>,
): Promise<void> {
  const deadline = performance.now() + POLICY_HOLDS_WITHIN_MS
  for (;;) {
    const response = await attempt()
    if (response.status === 403) return
    if (performance.now() > deadline) {
      throw new Error(`${what} is not refused: ${response.status} ${messageOf(response)}`)
    }
    await sleep(50)
  }
}

/** Policies belong to the cluster, so they do not go with the namespace of a test. */
export async function deletePolicies(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<void> {
  for (const object of objects) {
    if (!object.kind.startsWith('ValidatingAdmissionPolicy')) continue
    const path = await cluster.pathOf(object)
    if (path !== undefined) await cluster.send({ method: 'DELETE', path })
  }
}
