import { KubernetesError } from '../kubernetes/errors.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { at } from '../manifests/fields.ts'
import type { Identity } from '../manifests/identity.ts'
import { LiveStateUnavailableError } from '../rollouts/live-state.ts'
import { resourceOf } from './resource-path.ts'

/** The cluster does not know a kind, so it has no objects of it. The message says what to install. */
export class KindNotServedError extends LiveStateUnavailableError {}

/**
 * Why there is no answer of the API for an object, if it is that the cluster does not know its kind: an
 * API server answers that in plain text, as many a proxy does. It is one if it tells which groups it
 * has, which everybody may ask who is known to it.
 *
 * @returns `undefined` if it is something else
 * @throws the reason of `signal`
 */
export async function kindNotServed(
  client: KubernetesClient,
  identity: Identity,
  signal: AbortSignal | undefined,
): Promise<KindNotServedError | undefined> {
  const resource = resourceOf(identity)
  if (resource === undefined || !(await isApiServer(client, signal))) return undefined
  const version = resource.root.replace('/apis/', '')
  const remedy = resource.definedBy === undefined ? '' : `: install ${resource.definedBy}`
  return new KindNotServedError(`the cluster does not serve ${identity.kind} (${version})${remedy}`)
}

async function isApiServer(
  client: KubernetesClient,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const { body } = await client.call({ path: '/apis', signal })
    return at(body, 'kind') === 'APIGroupList'
  } catch (error) {
    if (error instanceof KubernetesError) return false
    throw error
  }
}
