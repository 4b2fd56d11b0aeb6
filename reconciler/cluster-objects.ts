import type { KubernetesAnswer } from '../kubernetes/answer.ts'
import { KubernetesRefusalError } from '../kubernetes/errors.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { refusalOf } from '../kubernetes/refusal.ts'
import { orAborted } from '../leases/or-aborted.ts'
import { at, fields, items } from '../manifests/fields.ts'
import { describeIdentity, type Identity, identityOf } from '../manifests/identity.ts'
import { isKubernetesObject, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { resourceOf, resourcePath } from './resource-path.ts'

/** What is to be changed of an object, as a JSON merge patch. */
export interface ObjectPatch {
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Somebody has deleted an object that is about to be changed, or it was never there. */
export class ObjectGoneError extends Error {
  override readonly name = 'ObjectGoneError'
  readonly code = 'OBJECT_GONE'
  readonly remedy = 'Run the command again, which looks anew'

  constructor(identity: Identity) {
    super(`There is no ${describeIdentity(identity)} in the cluster`)
  }
}

/** Other writers are controllers; they do not write without pause. */
const ATTEMPTS = 20

/**
 * Objects of a cluster that are read, and changed by whoever has seen them as they are: a change that
 * somebody else was faster than is made anew, upon what is there then.
 */
export class ClusterObjects {
  readonly #client: KubernetesClient
  readonly #signal: AbortSignal | undefined
  #date: string | null = null

  constructor(client: KubernetesClient, signal?: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /** The clock of the API server when it answered last, RFC 3339; this machine's if it does not tell. */
  get now(): string {
    const atMs = Date.parse(this.#date ?? '')
    return `${new Date(Number.isNaN(atMs) ? Date.now() : atMs).toISOString().slice(0, 19)}Z`
  }

  /**
   * `undefined` if there is none, or if the cluster does not even know its kind.
   *
   * @throws {KubernetesError}
   */
  async find(identity: Identity): Promise<KubernetesObject | undefined> {
    const path = pathOf(identity)
    const answer = await this.#client.send({ path, signal: this.#signal })
    this.#date = answer.headers.get('date')
    if (answer.status === 200 && isKubernetesObject(answer.body)) return answer.body
    if (isMissing(answer)) return undefined
    throw refusalOf(`GET ${path}`, true, answer)
  }

  /**
   * All of a kind in a namespace. None if the cluster does not know the kind.
   *
   * @throws {KubernetesError}
   */
  async all(
    { group, kind }: Pick<Identity, 'group' | 'kind'>,
    namespace: string,
  ): Promise<readonly KubernetesObject[]> {
    const { root, plural } = resourceOf({ group, kind, name: '' }) ?? { root: '', plural: '' }
    const path = `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    const answer = await this.#client.send({ path, signal: this.#signal })
    this.#date = answer.headers.get('date')
    if (isMissing(answer)) return []
    if (answer.status !== 200) throw refusalOf(`GET ${path}`, true, answer)
    const apiVersion = root.replace(/^\/apis?\//, '')
    // In lists of what the API server has built in, the objects do not say what they are.
    return items(at(answer.body, 'items'))
      .map((item) => ({ apiVersion, kind, ...fields(item) }))
      .filter(isKubernetesObject)
  }

  /**
   * @param change what is to be different; `undefined` if nothing is
   * @param isRehearsal whether nothing is to be kept of it: it is only seen whether it would be taken
   * @returns the object as it is then; `undefined` if nothing had to be changed
   * @throws {KubernetesError}
   * @throws {ObjectGoneError}
   */
  async change(
    identity: Identity,
    change: (object: KubernetesObject) => ObjectPatch | undefined,
    isRehearsal = false,
  ): Promise<KubernetesObject | undefined> {
    for (let attempt = 1; ; attempt++) {
      const object = await this.find(identity)
      if (object === undefined) throw new ObjectGoneError(identity)
      const patch = change(object)
      if (patch === undefined) return undefined
      try {
        return await this.#patch(object, patch, isRehearsal)
      } catch (error) {
        const isConflict = error instanceof KubernetesRefusalError && error.status === 409
        if (!isConflict || attempt >= ATTEMPTS) throw error
      }
    }
  }

  /** @throws the reason of the signal */
  async pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    const signal = this.#signal ?? new AbortController().signal
    await orAborted(promise, signal).finally(() => clearTimeout(timer))
  }

  /** Who asks, as the API server knows them; `undefined` if it does not say. */
  async self(): Promise<string | undefined> {
    const { status, body } = await this.#client.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      signal: this.#signal,
    })
    const name = at(body, 'status', 'userInfo', 'username')
    return status === 201 && typeof name === 'string' && name !== '' ? name : undefined
  }

  async #patch(
    object: KubernetesObject,
    { annotations, spec }: ObjectPatch,
    isRehearsal: boolean,
  ): Promise<KubernetesObject> {
    const { resourceVersion } = object.metadata
    const { body } = await this.#client.call({
      method: 'PATCH',
      path: `${pathOf(identityOf(object))}${isRehearsal ? '?dryRun=All' : ''}`,
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { resourceVersion, ...(annotations !== undefined && { annotations }) },
        ...(spec !== undefined && { spec }),
      },
      signal: this.#signal,
    })
    return isKubernetesObject(body) ? body : object
  }
}

/** The page of a proxy says nothing about an object. What has no kind is answered in plain text. */
const isMissing = ({ status, body }: KubernetesAnswer): boolean =>
  status === 404 && (at(body, 'reason') === 'NotFound' || String(body).startsWith('404 page'))

function pathOf(identity: Identity): string {
  const path = resourcePath(identity)
  if (path === undefined)
    throw new Error(`Nobody knows where ${describeIdentity(identity)} is kept`)
  return path
}
