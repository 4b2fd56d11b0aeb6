import { Command, Option } from 'commander'
import type { LoggedCommit } from '../gitops/git-remote.ts'
import { type FoundRollout, findRollout } from './find-rollout.ts'
import { inLines } from './in-lines.ts'
import { lookAtRollout, type RolloutLook } from './look-at-rollout.ts'
import { openSight } from './open-sight.ts'
import { renderChartHtml } from './render-chart-html.ts'
import { renderChartSvg } from './render-chart-svg.ts'
import { renderRollout } from './render-rollout.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import { rolloutChart } from './rollout-chart.ts'
import { renderCommit, rolloutLog } from './rollout-log.ts'
import {
  APP_ARGUMENT,
  addRolloutOptions,
  addSightOptions,
  type RolloutOptions,
  type SightOptions,
} from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout show`: all about the rollouts of one app. */
export const rolloutShowCommand = (terminal: Terminal): Command =>
  addSightOptions(
    addRolloutOptions(
      new Command('show')
        .description('Show where a rollout is, what it waits for, and what has happened')
        .argument(...APP_ARGUMENT)
        .option('--json', 'as JSON')
        .addOption(
          new Option('--format <format>', 'draw one rollout from the log of the branch alone')
            .choices(['svg', 'html'])
            .conflicts('json'),
        )
        .option('--rollout <id>', 'which one to draw (default: the newest)'),
    ),
  ).action((app: string, options: RolloutShowOptions) => runShow(app, options, terminal))

interface RolloutShowOptions extends RolloutOptions, SightOptions {
  readonly json?: boolean
  readonly format?: 'svg' | 'html'
  readonly rollout?: string
}

const SHOWN_COMMITS = 15
/** More than the rollouts have that one looks back to. */
const DRAWN_COMMITS = 1000

async function runShow(
  name: string,
  options: RolloutShowOptions,
  terminal: Terminal,
): Promise<void> {
  using sight = await openSight(options, terminal)
  await withRolloutBranch(options, terminal, async (branch) => {
    const found = await findRollout(branch, name)
    if (options.format !== undefined) {
      return terminal.out(await drawn(found, branch.commit, options))
    }
    const look = await lookAtRollout(found, sight.surroundings, terminal.signal)
    const log = await rolloutLog(found, look.commit, SHOWN_COMMITS)
    terminal.out(options.json ? await json(look, log) : text(look, log))
  })
}

async function drawn(
  found: FoundRollout,
  commit: string,
  { format, rollout }: RolloutShowOptions,
): Promise<string> {
  const chart = rolloutChart({
    app: found.app,
    environment: found.place.environment,
    log: await rolloutLog(found, commit, DRAWN_COMMITS),
    ...(rollout !== undefined && { rollout }),
  })
  return format === 'svg' ? renderChartSvg(chart) : renderChartHtml(chart)
}

/** As `GET /v1/rollouts/NAMESPACE/NAME` answers, and what was seen of the cluster. */
async function json(look: RolloutLook, log: readonly LoggedCommit[]): Promise<string> {
  const { app, environment, commit, closure, observation } = look
  const { rolloutAnswer } = await import('../functions/rollouts/rollout-answer.ts')
  const { commitAnswer } = await import('../functions/rollouts/commit-answer.ts')
  const answer = {
    ...rolloutAnswer(environment, app),
    commit,
    ...(closure !== undefined && { closure }),
    ...(observation !== undefined && { observation, decision: decisionOf(look) }),
    history: log.map((logged) => commitAnswer(logged, (name) => name === app.app)),
  }
  return `${JSON.stringify(answer, undefined, 2)}\n`
}

/** The record after a move would say all of the state once more. */
const decisionOf = ({ decision }: RolloutLook) =>
  decision.kind === 'wait'
    ? decision
    : { kind: decision.kind, action: decision.action, evidence: decision.evidence }

const text = (look: RolloutLook, log: readonly LoggedCommit[]): string =>
  inLines([
    ...renderRollout(look),
    '',
    'Commits, the latest first',
    ...log.flatMap((logged) => renderCommit(logged, look.app.app)),
  ])
