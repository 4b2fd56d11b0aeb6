import type { KubeconfigProps } from '../kubernetes/kubeconfig-props.ts'
import { type LoadedKubeconfig, loadKubeconfig } from '../kubernetes/load-kubeconfig.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LiveConflictError, type LiveWorkloads } from './hand-over-replicas.ts'

/** The cluster could not be asked, or did not let us. */
export class ClusterCallError extends Error {
  override readonly name = 'ClusterCallError'
  readonly code = 'CLUSTER_CALL'
  readonly remedy = 'Check that `kubectl` works with the same context'

  constructor(cluster: string, reason: string, options?: ErrorOptions) {
    super(`${cluster}: ${reason}`, options)
  }
}

type Client = LoadedKubeconfig['client']

/**
 * Workloads of a cluster, reached as kubectl would, with its exec plugins.
 *
 * @throws {KubernetesClientMissingError}
 * @throws {UnknownContextError}
 */
export async function openKubeconfig(props: KubeconfigProps): Promise<LiveWorkloads> {
  const { client, config } = await loadKubeconfig(props)
  const cluster = config.getCurrentContext()
  const api = client.KubernetesObjectApi.makeApiClient(config)
  const call = <T>(work: () => Promise<T>): Promise<T> => translateErrors(client, cluster, work)
  const { ServerSideApply, MergePatch } = client.PatchStrategy
  return {
    cluster,
    read: ({ apiVersion, kind, metadata }) => {
      const { name, namespace = 'default' } = metadata
      const header = { apiVersion, kind, metadata: { name, namespace } }
      return call(async () => {
        try {
          return (await api.read(header)) as unknown as KubernetesObject
        } catch (error) {
          if (error instanceof client.ApiException && error.code === 404) return undefined
          throw error
        }
      })
    },
    apply: (object, fieldManager) =>
      call(async () => {
        const applied = await api.patch(
          object as object,
          undefined,
          undefined,
          fieldManager,
          false,
          ServerSideApply,
        )
        return applied as unknown as KubernetesObject
      }),
    annotate: async ({ apiVersion, kind, metadata }, annotations) => {
      const { name, namespace, resourceVersion } = metadata
      const patch = {
        apiVersion,
        kind,
        metadata: { name, namespace, resourceVersion, annotations },
      }
      await call(() =>
        api.patch(patch as object, undefined, undefined, undefined, undefined, MergePatch),
      )
    },
  }
}

async function translateErrors<T>(
  client: Client,
  cluster: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isAnswer = error instanceof client.ApiException
    if (isAnswer && error.code === 409) {
      throw new LiveConflictError(`${cluster}: ${messageOf(error.body)}`, { cause: error })
    }
    const reason = isAnswer ? messageOf(error.body) : error.message
    throw new ClusterCallError(cluster, reason, { cause: error })
  }
}

/** What the API server says in its `Status`. */
function messageOf(body: unknown): string {
  const status: unknown = typeof body === 'string' ? parse(body) : body
  const message = (status as { readonly message?: unknown } | undefined)?.message
  return typeof message === 'string' ? message : String(body)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
