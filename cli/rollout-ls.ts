import { Command } from 'commander'
import type { Place } from '../reconciler/commit-moves.ts'
import type { BrokenApp } from '../reconciler/read-apps.ts'
import { type RolloutState, rolloutStates } from '../reconciler/rollout-states.ts'
import { stepName, weightOf } from '../reconciler/step-name.ts'
import { inWords } from './duration-argument.ts'
import { renderTable } from './render-table.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import { addRolloutOptions, type RolloutOptions } from './rollout-options.ts'
import { stateName } from './rollout-state-name.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout ls`: how far all releases have come. */
export const rolloutLsCommand = (terminal: Terminal): Command =>
  addRolloutOptions(
    new Command('ls')
      .description('Show the rollouts of all apps, or of one environment')
      .option('--json', 'as JSON'),
  ).action((options: RolloutLsOptions) => runLs(options, terminal))

interface RolloutLsOptions extends RolloutOptions {
  readonly json?: boolean
}

interface Listed {
  readonly environment: string
  readonly states: readonly RolloutState[]
  readonly broken: readonly BrokenApp[]
}

async function runLs(options: RolloutLsOptions, terminal: Terminal): Promise<void> {
  const listed = await withRolloutBranch(options, terminal, async ({ places }) => {
    const all: Listed[] = []
    for (const place of places) all.push(await listOf(place))
    return all
  })
  terminal.out(options.json ? await json(listed) : table(listed))
  for (const { environment, broken } of listed) {
    for (const { app, problem } of broken) terminal.err(`${environment} ${app}: ${problem}\n`)
    if (broken.length > 0) terminal.setExitCode(1)
  }
}

const listOf = async (place: Place): Promise<Listed> => ({
  environment: place.environment,
  ...(await rolloutStates({ place, nowMs: Date.now() })),
})

/** As `GET /v1/rollouts` answers, one for each environment. */
async function json(listed: readonly Listed[]): Promise<string> {
  const { brokenAnswer, rolloutAnswer } = await import('../functions/rollouts/rollout-answer.ts')
  const answers = listed.map(({ environment, states, broken }) => ({
    environment,
    rollouts: states.map((state) => rolloutAnswer(environment, state)),
    broken: broken.map(brokenAnswer),
  }))
  return `${JSON.stringify(answers, undefined, 2)}\n`
}

const HEADER = ['ENVIRONMENT', 'APP', 'STATE', 'STEP', 'WEIGHT', 'REVISION', 'FOR']

function table(listed: readonly Listed[]): string {
  const rows = listed.flatMap(({ environment, states, broken }) => [
    ...states.map((state) => [environment, ...cellsOf(state)]),
    ...broken.map(({ app }) => [environment, app, 'broken', '-', '-', '-', '-']),
  ])
  if (rows.length === 0) return 'No app has had a rollout yet\n'
  return renderTable(HEADER, rows) + listed.flatMap(closed).join('')
}

/** Of apps that would go on otherwise. */
const closed = ({ environment, states }: Listed): readonly string[] =>
  states
    .filter(({ record: { spec } }) => spec.rollout !== undefined || spec.queued !== undefined)
    .flatMap(({ app, closed }) =>
      closed === undefined ? [] : [`${environment} ${app}: ${closed}\n`],
    )

function cellsOf(state: RolloutState): readonly string[] {
  const { app, plan, stable, record } = state
  const { rollout, queued } = record.spec
  if (rollout === undefined) {
    return [app, stateName(state), '-', '-', queued?.revision ?? stable, '-']
  }
  return [
    app,
    stateName(state),
    stepName(plan, rollout),
    `${weightOf(plan, rollout)} %`,
    rollout.candidate,
    inWords(Date.now() - Date.parse(rollout.since)),
  ]
}
