import { CommanderError } from 'commander'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import { electorCommand } from './elector-command.ts'
import { addClusterNameOptions } from './lease-store-options.ts'
import { OwnPod } from './own-pod.ts'
import { podTransport } from './pod-transport.ts'
import { reportError } from './report-error.ts'
import { processTerminal } from './terminal.ts'

/*
 * What the image runs for `elect`: the elector of the pod that it is in. `lockstep elect` has more
 * stores, and so more in it.
 */

const terminal = processTerminal()
const { env } = terminal
const command = electorCommand(terminal, async ({ clusterId, epoch }, { pod, timing }) => {
  // A call takes half of a renew deadline at most, so that after one that hangs there is time for another.
  const timeoutMs = timing.renewDeadlineMs / 2
  const client = new KubernetesClient({ transport: podTransport(env), timeoutMs })
  const store = new KubernetesLeaseStore({
    client,
    pollEveryMs: timing.retryPeriodMs,
    ...(clusterId !== undefined && { clusterId }),
    ...(epoch !== undefined && { epoch }),
  })
  return { store, pod: new OwnPod(client, pod) }
})
try {
  await addClusterNameOptions(command)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .parseAsync(process.argv.slice(2), { from: 'user' })
} catch (error) {
  if (!(error instanceof CommanderError)) reportError(error, terminal)
  terminal.setExitCode(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2)
}
