import type { Surroundings } from '../reconciler/look-at-app.ts'
import type { Metrics } from '../rollouts/metrics.ts'
import { openTransport } from './lease-store-options.ts'
import type { SightOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** What a command can see beside the branch: what was named, and nothing else. */
export interface Sight extends Disposable {
  readonly surroundings: Omit<Surroundings, 'now'>
}

/**
 * Opens what was named. Only what is asked for is loaded.
 *
 * @throws {NotInClusterError} {UnreadableKubeconfigError} {UnknownContextError}
 *   {KubernetesClientMissingError}
 */
export async function openSight(
  options: SightOptions,
  terminal: Pick<Terminal, 'env'>,
): Promise<Sight> {
  const metrics = await openMetrics(options)
  const measured = metrics === undefined ? {} : { metrics }
  if (options.kubeconfig === undefined && options.context === undefined) {
    return { surroundings: measured, [Symbol.dispose]: () => {} }
  }
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const { KubernetesLiveState } = await import('../reconciler/kubernetes-live-state.ts')
  const transport = await openTransport(options, terminal.env)
  const live = new KubernetesLiveState({ client: new KubernetesClient({ transport }) })
  return {
    surroundings: { live, ...measured },
    [Symbol.dispose]: () => transport.close(),
  }
}

async function openMetrics({ prometheus }: SightOptions): Promise<Metrics | undefined> {
  if (prometheus === undefined) return undefined
  const { PrometheusMetrics } = await import('../reconciler/prometheus-metrics.ts')
  return new PrometheusMetrics({ url: prometheus, source: { type: 'app' } })
}
