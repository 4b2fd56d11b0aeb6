import { KubernetesAnswerError, KubernetesError } from '../kubernetes/errors.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { refusalOf } from '../kubernetes/refusal.ts'
import { at } from '../manifests/fields.ts'
import { describeIdentity, type Identity } from '../manifests/identity.ts'
import { isKubernetesObject, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LiveStateUnavailableError } from '../rollouts/live-state.ts'
import { kindNotServed } from './kind-not-served.ts'
import { resourcePath } from './resource-path.ts'

export interface LiveObject {
  /** The clock of the API server, in milliseconds since 1970. */
  readonly atMs: number
  /** Absent if there is none. */
  readonly object: KubernetesObject | undefined
}

/**
 * One object as it is now, by its name.
 *
 * @throws {LiveStateUnavailableError} if that cannot be told
 * @throws {KindNotServedError} if the cluster does not know its kind
 * @throws the reason of `signal`
 */
export async function getObject(
  client: KubernetesClient,
  identity: Identity,
  signal?: AbortSignal,
): Promise<LiveObject> {
  const path = resourcePath(identity)
  if (path === undefined) {
    throw new LiveStateUnavailableError(`nobody knows where ${describeIdentity(identity)} is kept`)
  }
  try {
    return await get(client, path, signal)
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error
    const isNowhere = error instanceof KubernetesAnswerError && error.status === 404
    const notServed = isNowhere ? await kindNotServed(client, identity, signal) : undefined
    throw notServed ?? new LiveStateUnavailableError(error.message, { cause: error })
  }
}

async function get(
  client: KubernetesClient,
  path: string,
  signal: AbortSignal | undefined,
): Promise<LiveObject> {
  const answer = await client.send({ path, signal })
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
