import { clusterNameOf } from '../functions/configuration/cluster-name.ts'
import { serveLocks } from '../functions/node.ts'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import { podTransport } from './pod-transport.ts'
import { reportError } from './report-error.ts'
import { serveUntilStopped } from './serve-until-stopped.ts'
import { processTerminal } from './terminal.ts'

/*
 * What the image runs for `serve`: the locks of the cluster that the pod is in, told by variables
 * alone. `lockstep serve` has more stores, and so more in it.
 */

const terminal = processTerminal()
const { env } = terminal
try {
  const transport = podTransport(env)
  const client = new KubernetesClient({ transport })
  const store = new KubernetesLeaseStore({ client, ...clusterNameOf(env) })
  await serveUntilStopped(() => serveLocks({ client, store, env, write: terminal.out }), terminal)
  transport.close()
} catch (error) {
  reportError(error, terminal)
  terminal.setExitCode(2)
}
