import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { LeaseListing } from '../leases/lease-listing.ts'
import type { LeaseStore } from '../leases/lease-store.ts'
import type { Terminal } from './terminal.ts'

/** Where the locks are that a command is about. */
export interface LeaseStoreOptions {
  readonly store?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterId?: string
  readonly epoch?: number
  readonly namespace: string
}

export const addLeaseStoreOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--store <file>', 'SQLite file with the locks of this machine').conflicts([
        'kubeconfig',
        'context',
        'clusterId',
      ]),
    )
    .option(
      '--kubeconfig <file>',
      'kubeconfig file (default: the service account of this pod, or as kubectl)',
    )
    .option('--context <name>', 'context in it')
    .option(
      '--cluster-id <id>',
      'name of the cluster in fencing tokens, for whoever may not read it (default: uid of kube-system)',
    )
    .option(
      '--epoch <number>',
      'raised by whoever put the store back to an earlier state (default: 1)',
      wholeNumber,
    )
    .option('-n, --namespace <name>', 'namespace of the locks', 'default')

/**
 * Only what is asked for is loaded.
 *
 * @throws {LeaseStoreError} {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError}
 */
export async function openLeaseStore(
  { store: file, epoch, clusterId, ...kubeconfig }: LeaseStoreOptions,
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
): Promise<LeaseStore & LeaseListing> {
  const generation = epoch === undefined ? {} : { epoch }
  if (file !== undefined) {
    const { SqliteLeaseStore } = await import('../leases/sqlite-lease-store.ts')
    return SqliteLeaseStore.open({ file: resolve(cwd, file), ...generation })
  }
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const { KubernetesLeaseStore } = await import('../leases/kubernetes-lease-store.ts')
  return new KubernetesLeaseStore({
    client: new KubernetesClient({ transport: await openTransport(kubeconfig, env) }),
    ...generation,
    ...(clusterId !== undefined && { clusterId }),
  })
}

async function openTransport(
  { kubeconfig: file, context }: Pick<LeaseStoreOptions, 'kubeconfig' | 'context'>,
  env: Terminal['env'],
) {
  const isPod = env.KUBERNETES_SERVICE_HOST !== undefined && env.KUBECONFIG === undefined
  if (isPod && file === undefined && context === undefined) {
    return (await import('../kubernetes/in-cluster.ts')).inCluster({ env })
  }
  return (await import('../kubernetes/kubeconfig.ts')).fromKubeconfig({ file, context })
}

/** @throws {InvalidArgumentError} */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.')
  return Number(text)
}
