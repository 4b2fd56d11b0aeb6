import pMap from 'p-map'
import { KubernetesError } from '../kubernetes/errors.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { refusalOf } from '../kubernetes/refusal.ts'
import { at } from '../manifests/fields.ts'
import { describeIdentity, type Identity } from '../manifests/identity.ts'
import { isKubernetesObject, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import {
  type LiveObjects,
  type LiveState,
  LiveStateUnavailableError,
} from '../rollouts/live-state.ts'
import { resourcePath } from './resource-path.ts'

export interface KubernetesLiveStateProps {
  /** Whoever it is: it may `get` the Deployments, autoscalers, Services and routes of the apps. */
  readonly client: KubernetesClient
  /**
   * Calls that one look at an app makes at the same time.
   *
   * @default 4
   */
  readonly atOnce?: number
}

/**
 * What runs in a cluster, as its API server says. Objects are read one by one, by name: that needs no
 * right to list, so nobody can look at anything else by it.
 */
export class KubernetesLiveState implements LiveState {
  readonly #client: KubernetesClient
  readonly #atOnce: number

  constructor({ client, atOnce = 4 }: KubernetesLiveStateProps) {
    this.#client = client
    this.#atOnce = atOnce
  }

  /** @throws the reason of `signal` */
  async read(identities: readonly Identity[], signal?: AbortSignal): Promise<LiveObjects> {
    const answers = await pMap(identities, (identity) => this.#readOne(identity, signal), {
      concurrency: this.#atOnce,
    })
    if (answers.length === 0)
      throw new LiveStateUnavailableError('the branch has nothing that runs')
    return {
      // The earliest of them: no time in an object may look older than it is.
      atMs: Math.min(...answers.map(({ atMs }) => atMs)),
      objects: answers.map(({ object }) => object),
    }
  }

  async #readOne(identity: Identity, signal: AbortSignal | undefined): Promise<LiveObject> {
    const path = resourcePath(identity)
    if (path === undefined) {
      throw new LiveStateUnavailableError(
        `nobody knows where ${describeIdentity(identity)} is kept`,
      )
    }
    try {
      return await this.#get(path, signal)
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error
      throw new LiveStateUnavailableError(error.message, { cause: error })
    }
  }

  async #get(path: string, signal: AbortSignal | undefined): Promise<LiveObject> {
    const answer = await this.#client.send({ path, signal })
    const { status, body, headers } = answer
    const object = status === 200 && isKubernetesObject(body) ? body : undefined
    // What is no answer of an API server, as the page of a proxy, says nothing about the object.
    const isMissing = status === 404 && at(body, 'reason') === 'NotFound'
    if (object === undefined && !isMissing) throw refusalOf(`GET ${path}`, true, answer)
    const atMs = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(atMs)) {
      throw new LiveStateUnavailableError(`the answer to GET ${path} does not tell the time`)
    }
    return { atMs, object }
  }
}

interface LiveObject {
  readonly atMs: number
  /** Absent if there is none. */
  readonly object: KubernetesObject | undefined
}
