import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import type { NodeTransport } from '../kubernetes/node-transport.ts'
import type { LeaseListing } from '../leases/lease-listing.ts'
import type { LeaseStore } from '../leases/lease-store.ts'
import type { Terminal } from './terminal.ts'

/** Where a store of Leases is. */
export interface StoreOptions {
  readonly store?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterId?: string
  readonly epoch?: number
}

/** Where the locks are that a command is about. */
export interface LeaseStoreOptions extends StoreOptions {
  readonly namespace: string
}

export const addLeaseStoreOptions = (command: Command): Command =>
  addStoreOptions(command).option('-n, --namespace <name>', 'namespace of the locks', 'default')

export const addStoreOptions = (command: Command): Command =>
  addClusterNameOptions(addPlaceOptions(command))

const addPlaceOptions = (command: Command): Command =>
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

/** What names a store in fencing tokens. */
export const addClusterNameOptions = (command: Command): Command =>
  command
    .option(
      '--cluster-id <id>',
      'name of the cluster in fencing tokens, for whoever may not read it (default: uid of kube-system)',
    )
    .option(
      '--epoch <number>',
      'raised by whoever put the store back to an earlier state (default: 1)',
      wholeNumber,
    )

/**
 * Only what is asked for is loaded.
 *
 * @throws {LeaseStoreError} {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError}
 */
export async function openLeaseStore(
  options: StoreOptions,
  terminal: Pick<Terminal, 'cwd' | 'env'>,
): Promise<LeaseStore & LeaseListing> {
  if (options.store !== undefined) return openFile(options.store, options, terminal)
  const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
  const transport = await openTransport(options, terminal.env)
  return openLeasesOf(new KubernetesClient({ transport }), options)
}

/** @throws {LeaseStoreError} */
export async function openFile(
  file: string,
  { epoch }: StoreOptions,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<LeaseStore & LeaseListing> {
  const { SqliteLeaseStore } = await import('../leases/sqlite-lease-store.ts')
  return SqliteLeaseStore.open({
    file: resolve(cwd, file),
    ...(epoch !== undefined && { epoch }),
  })
}

/** @param pollEveryMs how long to wait where changes cannot be watched */
export async function openLeasesOf(
  client: KubernetesClient,
  { epoch, clusterId }: StoreOptions,
  pollEveryMs?: number,
): Promise<LeaseStore & LeaseListing> {
  const { KubernetesLeaseStore } = await import('../leases/kubernetes-lease-store.ts')
  return new KubernetesLeaseStore({
    client,
    ...(epoch !== undefined && { epoch }),
    ...(clusterId !== undefined && { clusterId }),
    ...(pollEveryMs !== undefined && { pollEveryMs }),
  })
}

/**
 * The API server of this pod, or of a kubeconfig.
 *
 * @throws {NotInClusterError} {UnknownContextError} {KubernetesClientMissingError}
 */
export async function openTransport(
  { kubeconfig: file, context }: Pick<StoreOptions, 'kubeconfig' | 'context'>,
  env: Terminal['env'],
): Promise<NodeTransport> {
  const isPod = env.KUBERNETES_SERVICE_HOST !== undefined && env.KUBECONFIG === undefined
  if (isPod && file === undefined && context === undefined) {
    return (await import('./pod-transport.ts')).podTransport(env)
  }
  return (await import('../kubernetes/kubeconfig.ts')).fromKubeconfig({ file, context })
}

/** @throws {InvalidArgumentError} */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.')
  return Number(text)
}
