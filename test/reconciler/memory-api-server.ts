import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport, TransportAnswer } from '../../kubernetes/transport.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { refusal } from '../kubernetes/canned-answers.ts'

/** The process that asks ends here: nothing after this call of it happens. */
export class Killed extends Error {}

/**
 * As much of an API server as objects need that are read by name, listed by namespace, and changed by
 * merge patches that name the version they were made upon. The real one is in `test/control-plane`.
 */
export class MemoryApiServer implements KubernetesTransport {
  /** `GET /apis/…`, in the order in which they came. */
  readonly requests: string[] = []
  /** What is refused with 403, by method and path. */
  forbidden: (request: string) => boolean = () => false
  /** Runs before each request is answered. */
  before: (request: string) => void = () => {}
  /** The request that its sender does not survive, counted from 1, and whether it has its effect. */
  death: { readonly nth: number; readonly isAfter: boolean } | undefined
  readonly #objects = new Map<string, KubernetesObject>()
  #version = 0
  #received = 0

  get client(): KubernetesClient {
    return new KubernetesClient({ transport: this })
  }

  /** Requests from here on count from 1. */
  restart(death?: MemoryApiServer['death']): void {
    this.#received = 0
    this.death = death
    this.requests.length = 0
  }

  /** @param path of the folder that it is in: `/apis/apps/v1/namespaces/shop/deployments` */
  put(folder: string, object: KubernetesObject): void {
    this.#store(`${folder}/${object.metadata.name}`, object)
  }

  get(path: string): KubernetesObject {
    const object = this.#objects.get(path)
    if (object === undefined) throw new Error(`There is no ${path}`)
    return object
  }

  delete(path: string): void {
    this.#objects.delete(path)
  }

  /** As somebody who writes whatever the version is. */
  edit(path: string, edit: (object: KubernetesObject) => KubernetesObject): void {
    this.#store(path, edit(structuredClone(this.get(path))))
  }

  async open({ method, path, body }: Parameters<KubernetesTransport['open']>[0]) {
    const request = `${method} ${path}`
    const isLast = ++this.#received === this.death?.nth
    if (isLast && !this.death?.isAfter) throw new Killed()
    this.requests.push(request)
    this.before(request)
    const answer = this.#answer(method, path, body)
    if (isLast) throw new Killed()
    return answer
  }

  #answer(method: string, address: string, body: string | undefined): TransportAnswer {
    const [path = '', query = ''] = address.split('?')
    if (this.forbidden(`${method} ${path}`)) {
      return said(403, refusal(403, 'Forbidden', `cannot ${method.toLowerCase()} ${path}`))
    }
    if (path.endsWith('/selfsubjectreviews')) {
      return said(201, { kind: 'SelfSubjectReview', status: { userInfo: { username: 'alice' } } })
    }
    const object = this.#objects.get(path)
    if (method === 'GET' && object === undefined && this.#isFolder(path)) {
      return said(200, { kind: 'List', items: this.#inFolder(path) })
    }
    if (object === undefined) return said(404, refusal(404, 'NotFound', `${path} not found`))
    if (method === 'GET') return said(200, object)
    const patch = JSON.parse(body ?? '{}') as { metadata: { resourceVersion?: string } }
    const { resourceVersion, ...metadata } = patch.metadata
    if (resourceVersion !== object.metadata.resourceVersion) {
      return said(409, refusal(409, 'Conflict', 'the object has been modified'))
    }
    const merged = merge(object, { ...patch, metadata }) as KubernetesObject
    if (!query.includes('dryRun=All')) this.#store(path, merged)
    return said(200, merged)
  }

  #store(path: string, object: KubernetesObject): void {
    const resourceVersion = String(++this.#version)
    this.#objects.set(path, { ...object, metadata: { ...object.metadata, resourceVersion } })
  }

  #isFolder(path: string): boolean {
    return /\/namespaces\/[^/]+\/[^/]+$/.test(path)
  }

  #inFolder(path: string): readonly unknown[] {
    return [...this.#objects]
      .filter(([each]) => each.startsWith(`${path}/`))
      .map(([, { apiVersion, kind, ...object }]) => object)
  }
}

function said(status: number, body: unknown): TransportAnswer {
  return {
    status,
    headers: new Headers({
      'content-type': 'application/json',
      date: 'Sat, 21 Nov 2026 01:00:00 GMT',
    }),
    body: (async function* () {
      yield new TextEncoder().encode(JSON.stringify(body))
    })(),
  }
}

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const merged: Record<string, unknown> = { ...(isRecord(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value)
  }
  return merged
}
