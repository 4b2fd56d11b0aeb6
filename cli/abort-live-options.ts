import { type Command, Option } from 'commander'
import { addClusterOptions, type ClusterOptions } from './cluster-options.ts'

/** How to abort in the cluster, and where. */
export interface AbortLiveOptions extends ClusterOptions {
  readonly live?: boolean
  readonly reason?: string
  readonly acceptFewerPods?: boolean
  readonly syncSuspended?: boolean
  readonly argocdNamespace?: string
  readonly clusterChecked?: boolean
  readonly env?: string
}

export const addAbortLiveOptions = (command: Command): Command =>
  addClusterOptions(
    command.addOption(
      new Option(
        '--live',
        'in the cluster, while Git is out of reach; the options below say where and how',
      ).conflicts(['remote', 'branch', 'server']),
    ),
  )
    .option('--accept-fewer-pods', 'although stable has fewer pods than it should')
    .option(
      '--sync-suspended',
      'you have seen to it that nothing syncs the route until this is settled',
    )
    .addOption(argocdNamespaceOption())
    .addOption(clusterCheckedOption())

/** Where Applications are looked for. */
export const argocdNamespaceOption = (): Option =>
  new Option(
    '--argocd-namespace <name>',
    'namespace of Applications that objects name without one (default: argocd)',
  )

/** Where the cluster does not say itself which environment it is of. */
export const clusterCheckedOption = (): Option =>
  new Option(
    '--cluster-checked',
    'you have seen to it that the cluster is the one of the environment, where nothing in it says so',
  )

/** Somebody may think that they abort elsewhere than they would. */
export class MissingLiveError extends Error {
  override readonly name = 'MissingLiveError'
  readonly code = 'MISSING_LIVE'
  readonly remedy = 'Add --live to abort in the cluster, or leave them out to abort on the branch'

  constructor() {
    super('Options that say where and how to abort in the cluster do nothing without --live')
  }
}

/** @throws {MissingLiveError} if there is one of these options */
export function assertNotLive(options: AbortLiveOptions): void {
  const { kubeconfig, context, argocdNamespace } = options
  const { acceptFewerPods, syncSuspended, clusterChecked } = options
  const where = [kubeconfig, context, argocdNamespace]
  const given = [...where, acceptFewerPods, syncSuspended, clusterChecked]
  if (given.some((value) => value !== undefined)) throw new MissingLiveError()
}
