import { Command } from 'commander'
import { type AbortLiveOptions, addAbortLiveOptions, assertNotLive } from './abort-live-options.ts'
import { commandFor, NO_REASON, reportAct } from './report-act.ts'
import { requestRollout } from './request-rollout.ts'
import { type ActOptions, APP_ARGUMENT, addActOptions } from './rollout-options.ts'
import type { Acted } from './rollout-request.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout abort`: back to what was stable. */
export const rolloutAbortCommand = (terminal: Terminal): Command =>
  addAbortLiveOptions(
    addActOptions(
      new Command('abort')
        .description('Send all requests back to stable; nothing holds that up')
        .argument(...APP_ARGUMENT)
        .option('--reason <text>', 'why, for whoever wonders'),
    ),
  ).action(async (app: string, options: RolloutAbortOptions) => {
    if (options.live !== true) return runAbort(app, options, terminal)
    const { runAbortLive } = await import('./rollout-abort-live.ts')
    return runAbortLive(app, options, terminal)
  })

interface RolloutAbortOptions extends ActOptions, AbortLiveOptions {}

async function runAbort(
  app: string,
  options: RolloutAbortOptions,
  terminal: Terminal,
): Promise<void> {
  assertNotLive(options)
  const acted = await requestRollout(
    app,
    options,
    () => ({ action: 'abort', reason: options.reason ?? NO_REASON }),
    terminal,
  )
  reportAct(acted, 'Aborted', consequences(acted, options), terminal, onItsWay(acted))
}

/** Where the branch is all that was looked at, what is safe without the cluster is done, and no more. */
function consequences(
  { stage, nextLook }: Acted,
  { server }: RolloutAbortOptions,
): readonly string[] {
  const rest = `The rest follows with ${nextLook}.`
  if (server !== undefined) return [rest]
  if (stage?.phase !== 'aborting') return ['No request could reach the canary yet. It is over.']
  return [
    stage.part === 'traffic'
      ? 'The branch sends all requests to stable. The canary goes once they are there.'
      : 'Stable had begun to change and gets its old version back first. Until its pods are ready requests stay on the canary.',
    `The cluster was not looked at. ${rest}`,
  ]
}

/** What an abort waits for that was asked for before, and how to see it and let it go on. */
function onItsWay(acted: Acted): readonly string[] {
  const { stage, nextLook, environment } = acted
  const waits =
    stage?.phase === 'aborting' && stage.part === 'template'
      ? 'Stable gets its old version back, and requests go to it once its pods are seen to be ready.'
      : 'Requests go to stable, and the canary goes once none is seen to be sent to it.'
  return [
    `It is on its way. ${waits}`,
    `What that waits for in the cluster: ${commandFor('show', acted)} --kubeconfig FILE`,
    `It goes on with ${nextLook}. To look now: lockstep rollout tick --env ${environment} --kubeconfig FILE`,
  ]
}
