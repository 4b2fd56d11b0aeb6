import { Command } from 'commander'
import type { RolloutState } from '../reconciler/rollout-states.ts'
import { actOnBranch } from './act-on-branch.ts'
import { NEXT_LOOK, reportAct } from './report-act.ts'
import { APP_ARGUMENT, addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout rollback`: back to a revision that was stable before. */
export const rolloutRollbackCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('rollback')
      .description('Go back to a revision that was stable before, without holds')
      .argument(...APP_ARGUMENT)
      .argument('[revision]', 'which one (default: the one before)'),
  ).action((app: string, revision: string | undefined, options: RolloutOptions) =>
    runRollback(app, revision, options, terminal),
  )

/** The app has been nothing else yet. */
export class NothingBeforeError extends Error {
  override readonly name = 'NothingBeforeError'
  readonly code = 'NOTHING_BEFORE'
  readonly remedy = 'Publish the older version'

  constructor(app: string) {
    super(`No revision of ${app} was stable before, so far as the branch tells`)
  }
}

async function runRollback(
  app: string,
  named: string | undefined,
  options: RolloutOptions,
  terminal: Terminal,
): Promise<void> {
  const requestOf = (state: RolloutState | undefined) => {
    const revision = named ?? state?.record.spec.former[0]
    if (revision === undefined) throw new NothingBeforeError(app)
    return { action: 'rollback', revision } as const
  }
  const acted = await actOnBranch(app, options, requestOf, terminal)
  const consequences = [
    `Capacity comes first, then all requests go to it at once. It starts with ${NEXT_LOOK}.`,
  ]
  reportAct(acted, 'Queued the rollback of', consequences, terminal)
}
