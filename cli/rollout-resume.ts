import { Command } from 'commander'
import { actOnBranch } from './act-on-branch.ts'
import { NEXT_LOOK, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout resume`: takes back a pause. */
export const rolloutResumeCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('resume').description('Let a paused rollout go on').argument(...APP_ARGUMENT),
  ).action((app: string, options: RolloutOptions) => runResume(app, options, terminal))

async function runResume(app: string, options: RolloutOptions, terminal: Terminal): Promise<void> {
  const acted = await actOnBranch(app, options, () => ({ action: 'resume' }), terminal)
  reportAct(acted, 'Resumed', [`It goes on with ${NEXT_LOOK}.`], terminal)
}
