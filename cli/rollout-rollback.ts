import { Command } from 'commander'
import { reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { KnownRollout } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout rollback`: back to a revision that was stable before. */
export const rolloutRollbackCommand = (terminal: Terminal): Command =>
  addActOptions(
    new Command('rollback')
      .description('Go back to a revision that was stable before, without holds')
      .argument(...APP_ARGUMENT)
      .argument('[revision]', 'which one (default: the one before)'),
  ).action((app: string, revision: string | undefined, options: ActOptions) =>
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
  options: ActOptions,
  terminal: Terminal,
): Promise<void> {
  const requestOf = ({ former }: KnownRollout) => {
    const revision = named ?? former[0]
    if (revision === undefined) throw new NothingBeforeError(app)
    return { action: 'rollback', revision } as const
  }
  const acted = await requestRollout(app, options, requestOf, terminal)
  const consequences = [
    `Capacity comes first, then all requests go to it at once. It starts with ${acted.nextLook}.`,
  ]
  reportAct(acted, 'Queued the rollback of', consequences, terminal)
}
