import { Command } from 'commander'
import type { Place } from '../reconciler/commit-moves.ts'
import { type TickResult, tick } from '../reconciler/tick.ts'
import type { LiveState } from '../rollouts/live-state.ts'
import type { Metrics } from '../rollouts/metrics.ts'
import { openLive } from './open-live.ts'
import { inOneLine } from './printable.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import {
  addLiveOptions,
  addRolloutOptions,
  type LiveOptions,
  type RolloutOptions,
} from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout tick`: what the functions do again and again, once and from here. */
export const rolloutTickCommand = (terminal: Terminal): Command =>
  addLiveOptions(
    addRolloutOptions(
      new Command('tick')
        .description('Look at the rollouts and the cluster once, and do what is to be done now')
        .option('--prometheus <url>', 'where what apps measure of themselves is kept')
        .option('--json', 'as JSON'),
    ),
  ).action((options: RolloutTickOptions) => runTick(options, terminal))

interface RolloutTickOptions extends RolloutOptions, LiveOptions {
  readonly prometheus?: string
  readonly json?: boolean
}

async function runTick(options: RolloutTickOptions, terminal: Terminal): Promise<void> {
  using live = await openLive(options, terminal)
  const metrics = await openMetrics(options)
  const seen = {
    ...(live !== undefined && { live: live as LiveState }),
    ...(metrics !== undefined && { metrics }),
  }
  const { signal } = terminal
  await withRolloutBranch(options, terminal, async ({ places }) => {
    const ticks: (readonly [Place, TickResult])[] = []
    for (const place of places) {
      ticks.push([place, await tick({ place, ...seen, now: Date.now, signal })])
    }
    terminal.out(options.json ? await json(ticks) : ticks.flatMap(renderTick).join(''))
    if (ticks.some(([, { broken }]) => broken.length > 0)) terminal.setExitCode(1)
  })
}

async function openMetrics({ prometheus }: RolloutTickOptions): Promise<Metrics | undefined> {
  if (prometheus === undefined) return undefined
  const { PrometheusMetrics } = await import('../reconciler/prometheus-metrics.ts')
  return new PrometheusMetrics({ url: prometheus, source: { type: 'app' } })
}

/** As `POST /v1/rollouts/tick` answers, one for each environment. */
async function json(ticks: readonly (readonly [Place, TickResult])[]): Promise<string> {
  const { tickAnswer } = await import('../functions/rollouts/tick-answer.ts')
  const answers = ticks.map(([{ environment }, result]) => tickAnswer(environment, result))
  return `${JSON.stringify(answers, undefined, 2)}\n`
}

function renderTick([{ environment }, { looks, broken, commits }]: readonly [
  Place,
  TickResult,
]): readonly string[] {
  const lines = [
    ...commits.flatMap(({ commit, moves }) =>
      moves.map(
        ({ app, move }) =>
          `${app}: ${move.action}, as ${commit.slice(0, 12)}: ${move.evidence.join('; ')}`,
      ),
    ),
    ...looks.flatMap(({ app, decision, problem }) => [
      ...(problem === undefined ? [] : [`${app.app}: ${problem}`]),
      ...(decision.kind === 'wait'
        ? decision.reasons.map((reason) => `${app.app}: waits, ${reason}`)
        : []),
    ]),
    ...broken.map(({ app, problem }) => `${app}: ${problem}`),
  ]
  const said = lines.length === 0 ? ['nothing to do'] : lines
  return said.map((line) => `${environment}: ${inOneLine(line)}\n`)
}
