import { randomUUID } from 'node:crypto'
import type { KubernetesAnswer } from '../../kubernetes/answer.ts'
import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'

export interface LeaseObject {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly creationTimestamp: string
    readonly managedFields?: readonly { readonly manager: string; readonly time: string }[]
  }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** What a PUT says in `metadata`, right or wrong. */
interface NamedMetadata {
  readonly name: string
  readonly [field: string]: unknown
}

/** Raw calls on the Leases of a namespace, as one client. */
export class LeaseCalls {
  readonly folder: string
  readonly #client: KubernetesClient

  constructor(client: KubernetesClient, namespace: string) {
    this.#client = client
    this.folder = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  }

  async create(name: string = randomUUID(), spec: object = {}): Promise<LeaseObject> {
    const { body } = await this.#client.call({
      method: 'POST',
      path: this.folder,
      body: bodyOf({ name }, spec),
    })
    return body as unknown as LeaseObject
  }

  put(metadata: NamedMetadata, spec: object = {}): Promise<KubernetesAnswer> {
    return this.#client.send({
      method: 'PUT',
      path: `${this.folder}/${metadata.name}`,
      body: bodyOf(metadata, spec),
    })
  }

  patch(name: string, body: object): Promise<KubernetesAnswer> {
    return this.#client.send({
      method: 'PATCH',
      path: `${this.folder}/${name}`,
      body,
      contentType: 'application/merge-patch+json',
    })
  }

  get(name: string): Promise<KubernetesAnswer> {
    return this.#client.send({ path: `${this.folder}/${name}` })
  }

  list(query: string): Promise<KubernetesAnswer> {
    return this.#client.send({ path: `${this.folder}?${query}` })
  }

  delete(name: string): Promise<KubernetesAnswer> {
    return this.#client.send({ method: 'DELETE', path: `${this.folder}/${name}` })
  }
}

const bodyOf = (metadata: object, spec: object = {}) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec,
})

/** The Lease of an answer that has one. */
export const leaseIn = ({ body }: KubernetesAnswer): LeaseObject => body as LeaseObject

/** To put it over what was seen. */
export const seen = ({ metadata: { name, uid, resourceVersion } }: LeaseObject) => ({
  name,
  uid,
  resourceVersion,
})

export const versionOf = (lease: LeaseObject): bigint => BigInt(lease.metadata.resourceVersion)
