import { reportError } from '../cli/report-error.ts'
import { editOnBranch, moveDigest, removeSingleton } from './edits.ts'
import { DemoStepError, type Run, Workspace } from './workspace.ts'

/**
 * The story of `npm run demo`: the shop goes from TypeScript to a Git branch, changes, is changed by
 * hand, and is kept from losing its data. Real commands on real repositories; only the cluster is
 * not there.
 */
async function tell(): Promise<void> {
  await using workspace = await Workspace.create()
  const step = narrator(workspace)

  await step('Seven apps in TypeScript become manifests, one file an object.', ['synth'])
  await step(
    'Would they survive a bad day? Rules, schemas, and what a drain or a lost zone leaves:',
    ['check', '--env', 'prod'],
  )
  await step(
    'The first publish of staging: one commit on the branch that Flux or Argo CD watches.',
    ['publish', '--env', 'staging'],
  )
  await step('And of production, beside it.', ['publish', '--env', 'prod'])
  await step('Again: nothing has changed, so nothing is committed.', ['publish', '--env', 'prod'])

  await moveDigest(workspace, 'catalog')
  await step('The catalog gets a new image in production. What would that do?', [
    'diff',
    '--env',
    'prod',
  ])
  await step('Publish it.', ['publish', '--env', 'prod'])

  await editOnBranch(
    workspace,
    'prod/workloads/shop/catalog/deployment.apps-catalog.yaml',
    (text) => text.replace('replicas: 4', 'replicas: 9'),
  )
  await step(
    'At 3 a.m. somebody edits a file of ours on the branch. Nothing is overwritten silently:',
    ['diff', '--env', 'prod'],
  )
  await step('', ['publish', '--env', 'prod', '--overwrite-drift'])

  await removeSingleton(workspace, 'search')
  await step(
    'Somebody removes the search index, and with it its volume. That is refused:',
    ['publish', '--env', 'prod'],
    { code: 1, says: 'deletes data' },
  )

  print('\nThe branch is the audit trail:\n')
  print(await workspace.git(`--git-dir=${workspace.deploy}`, 'log', '--format=%h %s', 'deploy'))
  print('\nand each commit says what it did, for machines too:\n')
  print(await workspace.git(`--git-dir=${workspace.deploy}`, 'log', '-1', '--format=%B', 'deploy'))
}

const print = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)

/** How a step of the story ends. */
interface Ending {
  /** @default 0 */
  readonly code?: number
  /** Words of what it prints. */
  readonly says?: string
}

/** Tells a step, does it, and shows what it printed. It must end as the story says. */
const narrator =
  (workspace: Workspace) =>
  async (sentence: string, command: readonly string[], expected: Ending = {}): Promise<Run> => {
    if (sentence !== '') print(`\n${sentence}\n`)
    print(`  $ lockstep ${command.join(' ')}`)
    const run = await workspace.lockstep(...command)
    print(run.output.replaceAll(/^(?=.)/gm, '    '))
    const { code = 0, says = '' } = expected
    const isAsTold = run.code === code && run.output.includes(says)
    if (!isAsTold) throw new DemoStepError(`lockstep ${command.join(' ')}`, run.output)
    return run
  }

try {
  await tell()
} catch (error) {
  reportError(error, { err: (text) => process.stderr.write(text), env: {} })
  process.exitCode = 1
}
