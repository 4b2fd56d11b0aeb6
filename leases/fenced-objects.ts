import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { isObject } from './annotation-json.ts'
import { type FencedResource, StaleTokenError } from './fenced-resource.ts'
import { areOfOneStore, compareTokens, type FencingToken, parseToken } from './fencing-token.ts'
import { isStatus, storeError } from './kubernetes-failures.ts'
import { FENCING_ANNOTATIONS } from './names.ts'

export interface FencedObjectsProps {
  readonly client: KubernetesClient
  /** Paths of the API: `/api/v1/namespaces/shop/configmaps/cursor`. They take `get` and `patch`. */
  readonly paths: readonly string[]
}

/**
 * Objects of a cluster on which a `FencingPolicy` stands. Without one they only remember the token,
 * and refuse nobody.
 *
 * Whoever writes them under the lock writes `fencingAnnotations` of its token with it.
 */
export class FencedObjects implements FencedResource {
  readonly #client: KubernetesClient
  readonly #paths: readonly string[]

  constructor({ client, paths }: FencedObjectsProps) {
    this.#client = client
    this.#paths = paths
  }

  async stamp(token: FencingToken, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#paths.map((path) => this.#stampOne(path, token, signal)))
  }

  async #stampOne(path: string, token: FencingToken, signal: AbortSignal): Promise<void> {
    while (true) {
      const { resourceVersion, annotations } = await this.#read(path, signal)
      refuseStale(path, annotations, token)
      const metadata = { resourceVersion, annotations: fencingAnnotations(token) }
      try {
        await this.#client.call({
          method: 'PATCH',
          path,
          body: { metadata },
          contentType: 'application/merge-patch+json',
          signal,
        })
        return
      } catch (error) {
        if (!isStatus(error, 409)) throw storeError(error)
      }
    }
  }

  async #read(path: string, signal: AbortSignal) {
    try {
      const { metadata } = (await this.#client.call({ path, signal })).body
      const { resourceVersion, annotations } = isObject(metadata) ? metadata : {}
      return { resourceVersion, annotations: isObject(annotations) ? annotations : {} }
    } catch (error) {
      throw storeError(error)
    }
  }
}

/**
 * What a write under a lock carries, besides what it is about. New for each write: what stays the
 * same passes for somebody who only left the annotations of an earlier holder in place.
 */
export const fencingAnnotations = ({ epoch, number }: FencingToken): Record<string, string> => ({
  [FENCING_ANNOTATIONS.token]: String(number),
  [FENCING_ANNOTATIONS.epoch]: epoch,
  [FENCING_ANNOTATIONS.write]: crypto.randomUUID(),
})

function refuseStale(
  path: string,
  annotations: Readonly<Record<string, unknown>>,
  token: FencingToken,
): void {
  const { [FENCING_ANNOTATIONS.token]: number, [FENCING_ANNOTATIONS.epoch]: epoch } = annotations
  const seen = parseToken(`${epoch}:${number}`)
  // Of another store: an object that was brought here from a cluster that is no more.
  const isComparable = seen !== undefined && areOfOneStore(seen, token)
  if (isComparable && compareTokens(seen, token) > 0) throw new StaleTokenError(path, token)
}
