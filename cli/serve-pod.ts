import { clusterNameOf } from '../functions/configuration/cluster-name.ts'
import { serveLocks } from '../functions/node.ts'
import type { ReadBeside } from '../functions/serving/beside-locks.ts'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import { podTransport } from './pod-transport.ts'
import { reportError } from './report-error.ts'
import { serveUntilStopped } from './serve-until-stopped.ts'
import { processTerminal } from './terminal.ts'

/**
 * Serves the locks of the cluster that the pod is in, told by variables alone, until the process is asked
 * to end.
 *
 * @param beside what is served at the same address
 */
export async function servePod(beside?: (own: KubernetesClient) => ReadBeside): Promise<void> {
  const terminal = processTerminal()
  const { env } = terminal
  try {
    const transport = podTransport(env)
    const client = new KubernetesClient({ transport })
    const store = new KubernetesLeaseStore({ client, ...clusterNameOf(env) })
    const served = { client, store, env }
    const also = beside === undefined ? {} : { beside: beside(client) }
    await serveUntilStopped((write) => serveLocks({ ...served, ...also, write }), terminal)
    transport.close()
  } catch (error) {
    reportError(error, terminal)
    terminal.setExitCode(2)
  }
}
