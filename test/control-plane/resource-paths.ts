import type { ApiClient } from './api-client.ts'

/** What names an object to the API server. */
export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined }
}

interface Resource {
  readonly plural: string
  readonly namespaced: boolean
}

/** Where objects of a kind live, as the API server's discovery tells. */
export class ResourcePaths {
  readonly #client: ApiClient
  readonly #versions = new Map<string, ReadonlyMap<string, Resource>>()

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** `undefined` if the server does not serve this kind in this version. */
  async of(
    { apiVersion, kind, metadata }: ObjectReference,
    defaultNamespace: () => Promise<string>,
  ): Promise<string | undefined> {
    const resource = await this.#resource(apiVersion, kind)
    if (resource === undefined) return undefined
    const root = versionPath(apiVersion)
    const name = encodeURIComponent(metadata.name)
    if (!resource.namespaced) return `${root}/${resource.plural}/${name}`
    const namespace = metadata.namespace ?? (await defaultNamespace())
    return `${root}/namespaces/${namespace}/${resource.plural}/${name}`
  }

  async #resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const known = this.#versions.get(apiVersion)?.get(kind)
    if (known !== undefined) return known
    // Asked again for an unknown kind: a CRD may have been added.
    const { status, body } = await this.#client.send({ path: versionPath(apiVersion) })
    if (status !== 200) return undefined
    const resources = new Map<string, Resource>()
    for (const { name, kind, namespaced } of (body as ApiResourceList).resources) {
      if (!name.includes('/')) resources.set(kind, { plural: name, namespaced })
    }
    this.#versions.set(apiVersion, resources)
    return resources.get(kind)
  }
}

interface ApiResourceList {
  readonly resources: readonly { name: string; kind: string; namespaced: boolean }[]
}

const versionPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
