import { Command } from 'commander'
import { reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout promote`: ends the hold of the step that a rollout is in. */
export const rolloutPromoteCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('promote')
      .description('Let a rollout leave its step before the hold is over')
      .argument(...APP_ARGUMENT),
  ).action((app: string, options: ActOptions) => runPromote(app, options, terminal))

async function runPromote(app: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const acted = await requestRollout(app, options, () => ({ action: 'promote' }), terminal)
  const consequences = [
    'Approvals and freeze windows still count, and what is proven to be bad is aborted.',
    `It goes on with ${acted.nextLook}.`,
  ]
  reportAct(acted, 'Ended the hold of the step of', consequences, terminal)
}
