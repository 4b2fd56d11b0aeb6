import type { LeaseStore } from '../leases/lease-store.ts'
import type { ElectorVariables } from './elector-variables.ts'
import { openFile, openLeasesOf, openTransport, type StoreOptions } from './lease-store-options.ts'
import type { OwnPod } from './own-pod.ts'
import type { Terminal } from './terminal.ts'

/** What an elector acts on. */
export interface ElectorSurroundings {
  readonly store: LeaseStore
  /** `undefined` where there is no cluster. */
  readonly pod: OwnPod | undefined
}

/**
 * The cluster of this pod or of a kubeconfig, or a file of this machine. A call takes half of a renew
 * deadline at most, so that after one that hangs there is time for another.
 *
 * @throws {LeaseStoreError} {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError}
 */
export async function openSurroundings(
  options: StoreOptions,
  { pod, timing }: ElectorVariables,
  terminal: Pick<Terminal, 'cwd' | 'env'>,
): Promise<ElectorSurroundings> {
  if (options.store !== undefined) {
    return { store: await openFile(options.store, options, terminal), pod: undefined }
  }
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const { OwnPod } = await import('./own-pod.ts')
  const transport = await openTransport(options, terminal.env)
  const client = new KubernetesClient({ transport, timeoutMs: timing.renewDeadlineMs / 2 })
  return {
    store: await openLeasesOf(client, options, timing.retryPeriodMs),
    pod: new OwnPod(client, pod),
  }
}
