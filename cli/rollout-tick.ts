import { Command } from 'commander'
import type { Place } from '../reconciler/commit-moves.ts'
import { type TickResult, tick } from '../reconciler/tick.ts'
import { openSight } from './open-sight.ts'
import { inOneLine } from './printable.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import {
  addRolloutOptions,
  addSightOptions,
  type RolloutOptions,
  type SightOptions,
} from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout tick`: what the functions do again and again, once and from here. */
export const rolloutTickCommand = (terminal: Terminal): Command =>
  addSightOptions(
    addRolloutOptions(
      new Command('tick')
        .description('Look at the rollouts and the cluster once, and do what is to be done now')
        .option('--json', 'as JSON'),
    ),
  ).action((options: RolloutTickOptions) => runTick(options, terminal))

interface RolloutTickOptions extends RolloutOptions, SightOptions {
  readonly json?: boolean
}

async function runTick(options: RolloutTickOptions, terminal: Terminal): Promise<void> {
  using sight = await openSight(options, terminal)
  const { signal } = terminal
  await withRolloutBranch(options, terminal, async ({ places }) => {
    const ticks: (readonly [Place, TickResult])[] = []
    for (const place of places) {
      ticks.push([place, await tick({ place, ...sight.surroundings, now: Date.now, signal })])
    }
    terminal.out(options.json ? await json(ticks) : ticks.flatMap(renderTick).join(''))
    if (ticks.some(([, { broken }]) => broken.length > 0)) terminal.setExitCode(1)
  })
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
