import { Command } from 'commander'
import { reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout resume`: takes back a pause. */
export const rolloutResumeCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('resume').description('Let a paused rollout go on').argument(...APP_ARGUMENT),
  ).action((app: string, options: ActOptions) => runResume(app, options, terminal))

async function runResume(app: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const acted = await requestRollout(app, options, () => ({ action: 'resume' }), terminal)
  reportAct(acted, 'Resumed', [`It goes on with ${acted.nextLook}.`], terminal)
}
