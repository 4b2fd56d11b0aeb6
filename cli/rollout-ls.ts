import { Command } from 'commander'
import type { ListedAnswer, RolloutsAnswer } from '../functions/rollouts/rollout-answer.ts'
import { unsettledGuess } from '../rollouts/unsettled-abort.ts'
import { inWords } from './duration-argument.ts'
import { inLines } from './in-lines.ts'
import { listRollouts } from './list-rollouts.ts'
import { renderTable } from './render-table.ts'
import { addReadOptions, type ServedOptions } from './rollout-options.ts'
import { stateName, stepOf } from './rollout-state-name.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep rollout ls`: how far all releases have come. */
export const rolloutLsCommand = (terminal: Terminal): Command =>
  addReadOptions(
    new Command('ls')
      .description('Show the rollouts of all apps, or of one environment')
      .option('--json', 'as JSON'),
  ).action((options: RolloutLsOptions) => runLs(options, terminal))

interface RolloutLsOptions extends ServedOptions {
  readonly json?: boolean
}

async function runLs(options: RolloutLsOptions, terminal: Terminal): Promise<void> {
  const listed = await listRollouts(options, terminal)
  terminal.out(options.json ? `${JSON.stringify(listed, undefined, 2)}\n` : table(listed))
  for (const { environment, broken } of listed) {
    for (const { namespace, name, problem } of broken) {
      terminal.err(`${environment} ${namespace}/${name}: ${problem}\n`)
    }
    if (broken.length > 0) terminal.setExitCode(1)
  }
}

const HEADER = ['ENVIRONMENT', 'APP', 'STATE', 'STEP', 'WEIGHT', 'REVISION', 'FOR']

function table(listed: readonly RolloutsAnswer[]): string {
  const rows = listed.flatMap(({ environment, rollouts, broken }) => [
    ...rollouts.map((rollout) => [environment, ...cellsOf(rollout)]),
    ...broken.map(({ namespace, name }) => [
      ...[environment, `${namespace}/${name}`, 'broken'],
      ...['-', '-', '-', '-'],
    ]),
  ])
  if (rows.length === 0) return 'No app has had a rollout yet\n'
  return (
    renderTable(HEADER, rows) + inLines(listed.flatMap((one) => [...closed(one), ...open(one)]))
  )
}

/** Of apps that would go on otherwise. */
const closed = ({ environment, rollouts }: RolloutsAnswer): readonly string[] =>
  rollouts
    .filter(({ rollout, queued }) => rollout !== undefined || queued !== undefined)
    .flatMap(({ namespace, name, closed }) =>
      closed === undefined ? [] : [`${environment} ${namespace}/${name}: ${closed}`],
    )

/** What somebody has aborted in the cluster, and may not have settled. */
const open = ({ environment, rollouts }: RolloutsAnswer): readonly string[] =>
  rollouts.flatMap(({ namespace, name, unsettled }) => {
    const app = `${namespace}/${name}`
    return unsettled === undefined
      ? []
      : [`${environment} ${app}: ${unsettledGuess(unsettled, { app, environment })}`]
  })

function cellsOf(listed: ListedAnswer): readonly string[] {
  const { namespace, name, stable, rollout, queued } = listed
  const app = `${namespace}/${name}`
  if (rollout === undefined) {
    return [app, stateName(listed), '-', '-', queued?.revision ?? stable, '-']
  }
  return [
    app,
    stateName(listed),
    stepOf(rollout).join('/'),
    `${rollout.weight} %`,
    rollout.candidate,
    inWords(Date.now() - Date.parse(rollout.since)),
  ]
}
