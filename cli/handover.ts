import { Command, InvalidArgumentError } from 'commander'
import { findFixedWorkload, noteHandover } from '../gitops/note-handover.ts'
import { addDeployOptions, type DeployOptions } from './deploy-options.ts'
import { withDeployTarget } from './deploy-target.ts'
import { handOverReplicas, type WorkloadReference } from './hand-over-replicas.ts'
import { openKubeconfig } from './kubeconfig-workloads.ts'
import { repeatable } from './repeatable.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep handover`: prepares that `replicas` leaves a manifest. */
export const handoverCommand = (terminal: Terminal): Command =>
  addDeployOptions(
    new Command('handover')
      .description(
        'Give the live number of pods of a workload a second owner, so that an autoscaler can take over without dropping to one pod',
      )
      .argument('<workload>', 'as [deployment/]<namespace>/<name>', parseWorkload)
      .requiredOption('-e, --env <name>', 'environment that the workload is in'),
  )
    .option('--kubeconfig <file>', 'kubeconfig file (default: as kubectl)')
    .option(
      '--context <name>',
      'context of a cluster that syncs this environment; repeated for each of several (default: the current one)',
      repeatable,
    )
    .option('--sync-suspended', 'vouch that nothing syncs the workload until the publish')
    .action((workload: WorkloadReference, options: HandoverOptions) =>
      runHandover(workload, options, terminal),
    )

interface HandoverOptions extends DeployOptions {
  readonly env: string
  readonly kubeconfig?: string
  readonly context?: readonly string[]
  readonly syncSuspended?: boolean
}

async function runHandover(
  reference: WorkloadReference,
  options: HandoverOptions,
  terminal: Terminal,
): Promise<void> {
  const { env: environment, kubeconfig: file } = options
  await withDeployTarget(options, terminal, async (target) => {
    const workload = await findFixedWorkload({ ...target, environment, workload: reference })
    const { object, replicas: manifestReplicas } = workload
    const clusters: string[] = []
    for (const context of options.context ?? [undefined]) {
      const live = await openKubeconfig({ file, context })
      const replicas = await handOverReplicas({
        live,
        workload: reference,
        object,
        manifestReplicas,
        isSyncSuspended: options.syncSuspended ?? false,
      })
      clusters.push(live.cluster)
      terminal.out(`${object} in ${live.cluster}: ${replicas} pods, co-owned\n`)
    }
    const retry = { signal: terminal.signal }
    const commit = await noteHandover({ ...target, environment, workload, clusters, retry })
    terminal.out(
      `Noted as ${commit.slice(0, 12)} on ${target.branch}. Now publish the workload without \`replicas\`.\n`,
    )
  })
}

const KINDS: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
}

function parseWorkload(text: string): WorkloadReference {
  const [name, namespace, type = 'deployment', ...rest] = text.split('/').reverse()
  const kind = KINDS[type.toLowerCase()]
  if (!name || !namespace || kind === undefined || rest.length > 0) {
    throw new InvalidArgumentError(
      'Write [deployment/]<namespace>/<name> or statefulset/<namespace>/<name>.',
    )
  }
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace } }
}
