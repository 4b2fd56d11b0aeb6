import { Command } from 'commander'
import { gitPerson } from '../gitops/git-person.ts'
import { type SettledLiveAbort, settleLiveAbort } from '../reconciler/settle-live-abort.ts'
import { addClusterOptions, type ClusterOptions } from './cluster-options.ts'
import { findRollout } from './find-rollout.ts'
import { inLines } from './in-lines.ts'
import { openCluster } from './open-cluster.ts'
import { withRolloutBranch } from './rollout-branch.ts'
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
  ).action((app: string, options: RolloutSettleOptions) => runSettle(app, options, terminal))

interface RolloutSettleOptions extends RolloutOptions, ClusterOptions {}

async function runSettle(
  name: string,
  options: RolloutSettleOptions,
  terminal: Terminal,
): Promise<void> {
  const person = await gitPerson(terminal)
  using cluster = await openCluster(options, terminal)
  await withRolloutBranch(options, terminal, async (branch) => {
    const { place, app } = await findRollout(branch, name)
    const [namespace = '', appName = ''] = app.split('/')
    const settled = await settleLiveAbort({
      objects: cluster.objects,
      place,
      app: { namespace, name: appName },
      actor: { name: person.name, proof: `git ${person.email}` },
      now: Date.now,
      onWait: (reason) => terminal.out(inLines([`Waits: ${reason}`])),
      signal: terminal.signal,
    })
    terminal.out(inLines(report(`${app} in ${place.environment}`, settled)))
  })
}

function report(what: string, settled: SettledLiveAbort | undefined): readonly string[] {
  if (settled === undefined) return [`Nothing to do: no abort of ${what} was made in the cluster`]
  const { commit, resumed, kept } = settled
  return [
    commit === undefined
      ? `Settled ${what}: the branch has the abort`
      : `Settled ${what}: aborted on the branch, as ${commit.slice(0, 12)}`,
    ...resumed.map((sync) => `  ${sync} syncs again`),
    ...kept.map((reason) => `  ${reason}, until they are settled too`),
  ]
}
