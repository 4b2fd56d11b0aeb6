import type { LiveState } from '../rollouts/live-state.ts'
import { openTransport } from './lease-store-options.ts'
import type { LiveOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/**
 * What runs in the cluster that was named; `undefined` if none was. Only what is asked for is loaded.
 *
 * @throws {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError}
 */
export async function openLive(
  options: LiveOptions,
  terminal: Pick<Terminal, 'env'>,
): Promise<(LiveState & Disposable) | undefined> {
  if (options.kubeconfig === undefined && options.context === undefined) return undefined
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const { KubernetesLiveState } = await import('../reconciler/kubernetes-live-state.ts')
  const transport = await openTransport(options, terminal.env)
  const live = new KubernetesLiveState({ client: new KubernetesClient({ transport }) })
  return {
    read: (objects, signal) => live.read(objects, signal),
    [Symbol.dispose]: () => transport.close(),
  }
}
