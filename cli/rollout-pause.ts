import { Command } from 'commander'
import { actOnBranch } from './act-on-branch.ts'
import { commandFor, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout pause`: no step further until somebody says so. */
export const rolloutPauseCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('pause')
      .description('Keep a rollout from going on; what is bad is aborted all the same')
      .argument(...APP_ARGUMENT)
      .option('--reason <text>', 'why, for whoever wonders'),
  ).action((app: string, options: RolloutPauseOptions) => runPause(app, options, terminal))

interface RolloutPauseOptions extends RolloutOptions {
  readonly reason?: string
}

async function runPause(
  app: string,
  options: RolloutPauseOptions,
  terminal: Terminal,
): Promise<void> {
  const acted = await actOnBranch(
    app,
    options,
    (_, person) => ({ action: 'pause', reason: options.reason ?? `asked for by ${person}` }),
    terminal,
  )
  const consequences = [
    'Requests stay where they are. It is still analysed, and aborted if it is bad.',
    `To let it go on: ${commandFor('resume', acted)}`,
  ]
  reportAct(acted, 'Paused', consequences, terminal)
}
