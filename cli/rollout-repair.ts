import { Command } from 'commander'
import { readEnvironment } from '../gitops/environment-on-branch.ts'
import { gitPerson } from '../gitops/git-person.ts'
import { repairRollout } from '../reconciler/repair-rollout.ts'
import { type FoundRollout, meantRollout } from './find-rollout.ts'
import { type RolloutBranch, withRolloutBranch } from './rollout-branch.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout repair`: the record of an app that somebody has damaged, as the log tells it. */
export const rolloutRepairCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('repair')
      .description('Bring back what the branch keeps of rollouts, where somebody has damaged it')
      .argument(...APP_ARGUMENT),
  ).action((app: string, options: RolloutOptions) => runRepair(app, options, terminal))

async function runRepair(name: string, options: RolloutOptions, terminal: Terminal): Promise<void> {
  const person = await gitPerson(terminal)
  await withRolloutBranch(options, terminal, async (branch) => {
    const { place, app } = await findPublished(branch, name)
    const { signal } = terminal
    const repaired = await repairRollout({ place, app, actor: person.name, retry: { signal } })
    const { commit, asIn, files, record } = repaired
    const where = `${commit.slice(0, 12)} on ${place.branch} of ${place.remote.location}`
    const { rollout } = record
    const lines = [
      `Repaired ${app} in ${place.environment}, as ${where}`,
      ...files.map((path) => `wrote ${path}`),
      `The record is that of ${asIn.slice(0, 12)}: ${rollout === undefined ? 'nothing is in flight' : `rollout ${rollout.id} is in flight`}.`,
    ]
    terminal.out(lines.join('\n  ').concat('\n'))
  })
}

/** An app that is on the branch, whether or not it can be told that it has rollouts. */
async function findPublished(
  { commit, places }: RolloutBranch,
  name: string,
): Promise<FoundRollout> {
  const published = await Promise.all(
    places.map(async (place) => {
      const { environment, remote } = place
      const { inventory } = await readEnvironment(remote, commit, environment)
      return [...inventory.apps.keys()].sort().map((app) => ({ place, app, environment }))
    }),
  )
  const environments = places.map(({ environment }) => environment)
  return meantRollout(name, environments, published.flat())
}
