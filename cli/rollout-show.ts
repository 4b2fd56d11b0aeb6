import { Command, Option } from 'commander'
import type { LookedAnswer } from '../functions/rollouts/look-answer.ts'
import { inLines } from './in-lines.ts'
import { renderChartHtml } from './render-chart-html.ts'
import { renderChartSvg } from './render-chart-svg.ts'
import { renderCommit } from './render-commit.ts'
import { renderRollout } from './render-rollout.ts'
import { rolloutChart } from './rollout-chart.ts'
import {
  APP_ARGUMENT,
  addReadOptions,
  addSightOptions,
  type LookOptions,
} from './rollout-options.ts'
import type { RolloutLog, RolloutSource } from './rollout-source.ts'
import type { Terminal } from './terminal.ts'
import { withRolloutSource } from './with-rollout-source.ts'

/** `lockstep rollout show`: all about the rollouts of one app. */
export const rolloutShowCommand = (terminal: Terminal): Command =>
  addSightOptions(
    addReadOptions(
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
  ).action((app: string, options: RolloutShowOptions) =>
    withRolloutSource(app, options, terminal, async (source) =>
      terminal.out(await shown(source, options)),
    ),
  )

interface RolloutShowOptions extends LookOptions {
  readonly json?: boolean
  readonly format?: 'svg' | 'html'
  readonly rollout?: string
}

const SHOWN_COMMITS = 15
/** More than the rollouts have that one looks back to. */
const DRAWN_COMMITS = 1_000

async function shown(
  source: RolloutSource,
  { format, rollout, json }: RolloutShowOptions,
): Promise<string> {
  if (format !== undefined) {
    const chart = rolloutChart({ ...(await source.log(DRAWN_COMMITS)), rollout })
    return format === 'svg' ? renderChartSvg(chart) : renderChartHtml(chart)
  }
  const looked = await source.look()
  const log = await source.log(SHOWN_COMMITS)
  return json ? asJson(looked, log) : asText(looked, log)
}

/** As `GET /v1/rollouts/NAMESPACE/NAME?look=true` answers. */
const asJson = (looked: LookedAnswer, { commits }: RolloutLog): string =>
  `${JSON.stringify({ ...looked, history: commits }, undefined, 2)}\n`

const asText = (looked: LookedAnswer, { commits }: RolloutLog): string =>
  inLines([
    ...renderRollout(looked),
    '',
    'Commits, the latest first',
    ...commits.flatMap(renderCommit),
  ])
