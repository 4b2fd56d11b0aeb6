import { Command } from 'commander'
import type { ActResult } from '../reconciler/act-on-rollout.ts'
import { actOnBranch } from './act-on-branch.ts'
import { NEXT_LOOK, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout abort`: back to what was stable. */
export const rolloutAbortCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('abort')
      .description('Send all requests back to stable; nothing holds that up')
      .argument(...APP_ARGUMENT)
      .option('--reason <text>', 'why, for whoever wonders'),
  ).action((app: string, options: RolloutAbortOptions) => runAbort(app, options, terminal))

interface RolloutAbortOptions extends RolloutOptions {
  readonly reason?: string
}

async function runAbort(
  app: string,
  options: RolloutAbortOptions,
  terminal: Terminal,
): Promise<void> {
  const acted = await actOnBranch(
    app,
    options,
    (_, person) => ({ action: 'abort', reason: options.reason ?? `asked for by ${person}` }),
    terminal,
  )
  reportAct(acted, 'Aborted', consequences(acted.result), terminal)
}

/** The branch is all that was looked at: what is safe without the cluster is done, and no more. */
function consequences(result: ActResult): readonly string[] {
  if (result.outcome === 'unchanged') return []
  const stage = result.move.record.rollout?.stage
  if (stage?.phase !== 'aborting') return ['No request could reach the canary yet. It is over.']
  const unseen = `The cluster was not looked at. The rest follows with ${NEXT_LOOK}.`
  return stage.part === 'traffic'
    ? ['The branch sends all requests to stable. The canary goes once they are there.', unseen]
    : [
        'Stable had begun to change and gets its old version back first. Until its pods are ready requests stay on the canary.',
        unseen,
      ]
}
