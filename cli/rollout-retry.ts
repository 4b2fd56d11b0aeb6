import { Command } from 'commander'
import { actOnBranch } from './act-on-branch.ts'
import { NEXT_LOOK, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout retry`: an aborted revision once more. */
export const rolloutRetryCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('retry')
      .description('Release a revision once more that was aborted')
      .argument(...APP_ARGUMENT)
      .argument('<revision>', 'which one; `show` names those that are held back'),
  ).action((app: string, revision: string, options: RolloutOptions) =>
    runRetry(app, revision, options, terminal),
  )

async function runRetry(
  app: string,
  revision: string,
  options: RolloutOptions,
  terminal: Terminal,
): Promise<void> {
  const acted = await actOnBranch(app, options, () => ({ action: 'retry', revision }), terminal)
  const consequences = [`It starts with ${NEXT_LOOK}, once nothing else is in flight.`]
  reportAct(acted, `Queued ${revision} of`, consequences, terminal)
}
