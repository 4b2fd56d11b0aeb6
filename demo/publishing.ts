import { editOnBranch, moveDigest, removeSingleton } from './edits.ts'
import type { Narrator } from './narrator.ts'
import type { Workspace } from './workspace.ts'

/**
 * The first chapter: the shop goes from TypeScript to a Git branch, changes, is changed by hand, and is
 * kept from losing its data.
 */
export async function tellPublishing(workspace: Workspace, narrator: Narrator): Promise<void> {
  await narrator.step('Seven apps in TypeScript become manifests, one file an object.', ['synth'])
  await narrator.step(
    'Would they survive a bad day? Rules, schemas, and what a drain or a lost zone leaves:',
    ['check', '--env', 'prod'],
  )
  await narrator.step(
    'The first publish of staging: one commit on the branch that Flux or Argo CD watches.',
    ['publish', '--env', 'staging'],
  )
  await narrator.step('And of production, beside it.', ['publish', '--env', 'prod'])
  await narrator.step('Again: nothing has changed, so nothing is committed.', [
    'publish',
    '--env',
    'prod',
  ])

  await moveDigest(workspace, { environment: 'prod', app: 'catalog', version: '3.0.0' })
  await narrator.step('The catalog gets a new image in production. What would that do?', [
    'diff',
    '--env',
    'prod',
  ])
  await narrator.step('Publish it.', ['publish', '--env', 'prod'])

  await editOnBranch(
    workspace,
    'prod/workloads/shop/catalog/deployment.apps-catalog.yaml',
    (text) => text.replace('replicas: 4', 'replicas: 9'),
  )
  await narrator.step(
    'At 3 a.m. somebody edits a file of ours on the branch. Nothing is overwritten silently:',
    ['diff', '--env', 'prod'],
  )
  await narrator.step('', ['publish', '--env', 'prod', '--overwrite-drift'])

  await removeSingleton(workspace, 'search')
  await narrator.step(
    'Somebody removes the search index, and with it its volume. That is refused:',
    ['publish', '--env', 'prod'],
    { code: 1, says: 'deletes data' },
  )
  await workspace.git('revert', '--no-edit', 'HEAD')
}
