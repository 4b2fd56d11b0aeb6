import { Command } from 'commander'
import { commandFor, NO_REASON, reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout pause`: no step further until somebody says so. */
export const rolloutPauseCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('pause')
      .description('Keep a rollout from going on; what is bad is aborted all the same')
      .argument(...APP_ARGUMENT)
      .option('--reason <text>', 'why, for whoever wonders'),
  ).action((app: string, options: RolloutPauseOptions) => runPause(app, options, terminal))

interface RolloutPauseOptions extends ActOptions {
  readonly reason?: string
}

async function runPause(
  app: string,
  options: RolloutPauseOptions,
  terminal: Terminal,
): Promise<void> {
  const acted = await requestRollout(
    app,
    options,
    () => ({ action: 'pause', reason: options.reason ?? NO_REASON }),
    terminal,
  )
  const consequences = [
    'Requests stay where they are. It is still analysed, and aborted if it is bad.',
    `To let it go on: ${commandFor('resume', acted)}`,
  ]
  reportAct(acted, 'Paused', consequences, terminal)
}
