import { Command } from 'commander'
import { reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout retry`: an aborted revision once more. */
export const rolloutRetryCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('retry')
      .description('Release a revision once more that was aborted')
      .argument(...APP_ARGUMENT)
      .argument('<revision>', 'which one; `show` names those that are held back'),
  ).action((app: string, revision: string, options: ActOptions) =>
    runRetry(app, revision, options, terminal),
  )

async function runRetry(
  app: string,
  revision: string,
  options: ActOptions,
  terminal: Terminal,
): Promise<void> {
  const acted = await requestRollout(app, options, () => ({ action: 'retry', revision }), terminal)
  const consequences = [`It starts with ${acted.nextLook}, once nothing else is in flight.`]
  reportAct(acted, `Queued ${revision} of`, consequences, terminal)
}
