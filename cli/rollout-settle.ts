import { Command } from 'commander'
import { gitPerson } from '../gitops/git-person.ts'
import { type SettledLiveAbort, settleLiveAbort } from '../reconciler/settle-live-abort.ts'
import { argocdNamespaceOption, clusterCheckedOption } from './abort-live-options.ts'
import { addClusterOptions, type ClusterOptions } from './cluster-options.ts'
import { type FoundRollout, findRollout, NoSuchRolloutError } from './find-rollout.ts'
import { inLines } from './in-lines.ts'
import { openCluster } from './open-cluster.ts'
import { type RolloutBranch, withRolloutBranch } from './rollout-branch.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout settle`: the branch and the sync after an abort that was made in the cluster. */
export const rolloutSettleCommand = (terminal: Terminal): Command =>
  addClusterOptions(
    addRolloutOptions(
      new Command('settle')
        .description(
          'After `abort --live`, with Git back: abort on the branch, and give back what was suspended',
        )
        .argument(...APP_ARGUMENT),
    ),
  )
    .addOption(argocdNamespaceOption())
    .addOption(clusterCheckedOption())
    .action((app: string, options: RolloutSettleOptions) => runSettle(app, options, terminal))

interface RolloutSettleOptions extends RolloutOptions, ClusterOptions {
  readonly argocdNamespace?: string
  readonly clusterChecked?: boolean
}

async function runSettle(
  name: string,
  options: RolloutSettleOptions,
  terminal: Terminal,
): Promise<void> {
  const person = await gitPerson(terminal)
  using cluster = await openCluster(options, terminal)
  await withRolloutBranch(options, terminal, async (branch) => {
    const { place, app, unknown } = await findToSettle(branch, name)
    const [namespace = '', appName = ''] = app.split('/')
    const settled = await settleLiveAbort({
      objects: cluster.objects,
      place,
      app: { namespace, name: appName },
      actor: { name: person.name, proof: `git ${person.email}` },
      now: Date.now,
      isClusterChecked: options.clusterChecked ?? false,
      ...(options.argocdNamespace !== undefined && { argoNamespace: options.argocdNamespace }),
      onWait: (reason) => terminal.out(inLines([`Waits: ${reason}`])),
      signal: terminal.signal,
    })
    if (settled === undefined && unknown !== undefined) throw unknown
    terminal.out(inLines(report(`${app} in ${place.environment}`, settled)))
    if (settled?.untold !== undefined) throw settled.untold
  })
}

interface FoundToSettle extends FoundRollout {
  /** What is wrong with the name, unless the cluster owes something under it. */
  readonly unknown?: NoSuchRolloutError
}

/**
 * The app that a name means; one that has left the branch since only if it is named in full, and there is
 * one environment that it can have left.
 *
 * @throws {NoSuchRolloutError} {SeveralRolloutsError} {MalformedInventoryError}
 */
async function findToSettle(branch: RolloutBranch, name: string): Promise<FoundToSettle> {
  try {
    return await findRollout(branch, name)
  } catch (error) {
    const [place, ...others] = branch.places
    const isOne = /^[^/]+\/[^/]+$/.test(name) && place !== undefined && others.length === 0
    if (!(error instanceof NoSuchRolloutError) || !isOne) throw error
    return { place, app: name, unknown: error }
  }
}

function report(what: string, settled: SettledLiveAbort | undefined): readonly string[] {
  if (settled === undefined) return [`Nothing to do: no abort of ${what} was made in the cluster`]
  const { commit, resumed, kept, told, untold } = settled
  return [
    commit === undefined
      ? `Settled ${what}: the branch has the abort`
      : `Settled ${what}: aborted on the branch, as ${commit.slice(0, 12)}`,
    ...resumed.map((sync) => `  ${sync} syncs again`),
    ...kept.map((reason) => `  ${reason}, until they are settled too`),
    ...(told === undefined
      ? []
      : [`  The branch knows that it is settled, as ${told.slice(0, 12)}`]),
    ...(untold === undefined
      ? []
      : ['  The branch could not be told that, and goes on reminding: run this again later']),
  ]
}
