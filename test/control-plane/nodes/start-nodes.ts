import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection } from '../connection.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import type { ProgramGroup } from '../program-group.ts'
import type { Binaries } from '../programs.ts'
import { SupervisedProcess } from '../supervised-process.ts'
import { startMetricsApi } from './metrics-api.ts'
import { STAGES } from './stages.ts'

/** A real cluster waits 50 s; this is as short as a busy machine with two cores bears. */
const NODE_LOST_AFTER_SECONDS = 8
const NODE_LEASE_SECONDS = 4

/**
 * Starts what makes objects behave: the controllers and the scheduler of Kubernetes, KWOK, which
 * plays the kubelets, and a metrics API with the numbers that tests set.
 */
export async function startNodes(
  binaries: Binaries,
  folder: string,
  connection: Connection,
  programs: ProgramGroup,
): Promise<void> {
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, writeKubeconfig(connection), { mode: 0o600 })
  const start = async (name: keyof Binaries, args: readonly string[]) => {
    const all = [`--kubeconfig=${kubeconfig}`, ...args]
    programs.addProgram(await SupervisedProcess.start(name, binaries[name], all, folder))
  }
  await start('kube-controller-manager', controllerManagerArguments(folder))
  await start('kube-scheduler', ['--leader-elect=false', '--secure-port=0', ...UNTHROTTLED])
  const stages = join(folder, 'stages.yaml')
  await writeFile(stages, STAGES.map((stage) => JSON.stringify(stage)).join('\n---\n'))
  await start('kwok', [
    `--config=${stages}`,
    '--manage-all-nodes=true',
    `--node-lease-duration-seconds=${NODE_LEASE_SECONDS}`,
  ])
  programs.add(await startMetricsApi(connection, join(folder, 'certificates')))
}

const UNTHROTTLED = ['--kube-api-qps=500', '--kube-api-burst=1000']

/** As in a default cluster, save for how long it waits. */
const controllerManagerArguments = (folder: string): string[] => [
  '--leader-elect=false',
  '--secure-port=0',
  ...UNTHROTTLED,
  `--service-account-private-key-file=${join(folder, 'service-account.key')}`,
  '--use-service-account-credentials',
  // No cloud here, and nobody who needs addresses of pods.
  '--controllers=*,-nodeipam,-cloud-node-lifecycle',
  '--node-monitor-period=1s',
  `--node-monitor-grace-period=${NODE_LOST_AFTER_SECONDS}s`,
  // Nodes whose pods are evicted, a second; a real cluster does one in ten seconds.
  '--node-eviction-rate=10',
  '--horizontal-pod-autoscaler-sync-period=1s',
  '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
  '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
]
