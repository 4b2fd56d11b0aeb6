import { KubernetesRefusalError } from '../kubernetes/errors.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { LEADER_LABEL } from '../leases/names.ts'
import type { PodIdentity } from './elector-variables.ts'

/**
 * The pod that this process runs in, as its elector may act on it: by patches and eviction, and
 * without reading. Every call says the pod's uid, so that none is for another pod of that name.
 *
 * @see the policies that `SingletonService` emits, which allow no more
 */
export class OwnPod {
  readonly #client: KubernetesClient
  readonly #pod: PodIdentity

  constructor(client: KubernetesClient, pod: PodIdentity) {
    this.#client = client
    this.#pod = pod
  }

  /**
   * Whether it is asked to end, or gone. By a patch of nothing, whose answer is the pod.
   *
   * @throws {KubernetesError}
   */
  isEnding(): Promise<boolean> {
    return this.#patch({})
  }

  /**
   * Gives it the leader's label, or takes that back. Of a pod that is gone it is taken.
   *
   * @returns whether the pod is asked to end, or gone
   * @throws {KubernetesError}
   */
  label(isLeader: boolean): Promise<boolean> {
    return this.#patch({ labels: { [LEADER_LABEL]: isLeader ? 'true' : null } })
  }

  /**
   * Has it ended and replaced, within what its budget allows.
   *
   * @throws {KubernetesError} a `KubernetesRefusalError` with status 429 if the budget says to wait
   */
  async evict(): Promise<void> {
    const { namespace, name, uid } = this.#pod
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    }
    try {
      await this.#client.call({ method: 'POST', path: `${this.#path}/eviction`, body })
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  get #path(): string {
    const { namespace, name } = this.#pod
    return `/api/v1/namespaces/${namespace}/pods/${name}`
  }

  async #patch(metadata: object): Promise<boolean> {
    try {
      const { body } = await this.#client.call({
        method: 'PATCH',
        path: this.#path,
        body: { metadata: { uid: this.#pod.uid, ...metadata } },
        contentType: 'application/merge-patch+json',
      })
      const { metadata: seen } = body as { readonly metadata: { deletionTimestamp?: string } }
      return seen.deletionTimestamp !== undefined
    } catch (error) {
      if (isGone(error)) return true
      throw error
    }
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof KubernetesRefusalError && error.status === 404
