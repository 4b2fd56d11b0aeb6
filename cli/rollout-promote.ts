import { Command } from 'commander'
import { actOnBranch } from './act-on-branch.ts'
import { NEXT_LOOK, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout promote`: ends the hold of the step that a rollout is in. */
export const rolloutPromoteCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('promote')
      .description('Let a rollout leave its step before the hold is over')
      .argument(...APP_ARGUMENT),
  ).action((app: string, options: RolloutOptions) => runPromote(app, options, terminal))

async function runPromote(app: string, options: RolloutOptions, terminal: Terminal): Promise<void> {
  const acted = await actOnBranch(app, options, () => ({ action: 'promote' }), terminal)
  const consequences = [
    'Approvals and freeze windows still count, and what is proven to be bad is aborted.',
    `It goes on with ${NEXT_LOOK}.`,
  ]
  reportAct(acted, 'Ended the hold of the step of', consequences, terminal)
}
