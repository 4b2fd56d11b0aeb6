import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { ClusterObjects } from '../reconciler/cluster-objects.ts'
import type { ClusterOptions } from './cluster-options.ts'
import { openTransport } from './lease-store-options.ts'
import type { Terminal } from './terminal.ts'

export interface OpenCluster extends Disposable {
  readonly objects: ClusterObjects
}

/**
 * The cluster that a command changes, with the rights of whoever runs it.
 *
 * @throws {NotInClusterError} {UnreadableKubeconfigError} {UnknownContextError}
 *   {KubernetesClientMissingError}
 */
export async function openCluster(
  options: ClusterOptions,
  { env, signal }: Pick<Terminal, 'env' | 'signal'>,
): Promise<OpenCluster> {
  const transport = await openTransport(options, env)
  return {
    objects: new ClusterObjects(new KubernetesClient({ transport }), signal),
    [Symbol.dispose]: () => transport.close(),
  }
}
