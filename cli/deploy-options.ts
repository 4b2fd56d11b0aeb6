import { type Command, InvalidArgumentError, Option } from 'commander'
import type { PublishOptions } from '../gitops/publish-plan.ts'
import { branchName } from './branch-name.ts'
import { repeatable } from './repeatable.ts'

/** Options of all commands that work with the deploy branch. */
export interface DeployOptions {
  readonly remote?: string
  readonly branch?: string
  readonly timeout?: number
}

export const addDeployOptions = (command: Command): Command =>
  command
    .option(
      '-r, --remote <remote>',
      'Git remote, path or URL of the deploy repository (default: `lockstep.remote` in cdk8s.yaml, or origin)',
    )
    .option(
      '-b, --branch <branch>',
      'branch that Flux or Argo CD watches (default: `lockstep.branch` in cdk8s.yaml, or deploy)',
      branchName,
    )
    .addOption(
      new Option('--timeout <seconds>', 'longest silence of the remote')
        .default(60)
        .argParser(parseSeconds),
    )

/** Options of the commands that synthesize. */
export interface SynthesisOptions {
  readonly app?: string
  readonly env?: readonly string[]
}

export const addSynthesisOptions = (command: Command): Command =>
  command
    .option(
      '-a, --app <command>',
      'command that runs the app definitions (default: `app` in cdk8s.yaml)',
    )
    .option('-e, --env <name>', 'this environment only; may be repeated', repeatable)

/** Options of the commands that plan a publish. */
export interface MergeOptions extends PublishOptions {
  readonly only?: readonly string[]
}

export const addMergeOptions = (command: Command): Command =>
  command
    .option(
      '--only <namespace/app>',
      'leave all other apps on the branch as they are; may be repeated',
      repeatable,
    )
    .option('--adopt', 'take over files of others that hold our objects')
    .option(
      '--take-over <project>',
      "project whose apps in the environment are this one's from now on; may be repeated",
      repeatable,
    )
    .option('--overwrite-drift', 'undo edits by hand in files of ours')
    .option(
      '--allow-destroy <object>',
      "object that may be deleted with its data, as 'PersistentVolumeClaim shop/data'; may be repeated",
      repeatable,
    )
    .option(
      '--allow-handover <object>',
      'object whose pods may drop to one until the autoscaler acts; may be repeated',
      repeatable,
    )
    .option(
      '--direct <namespace/app>',
      'release the new revision of this app at once, without a canary; may be repeated',
      repeatable,
    )
    .option('--reason <text>', 'why --direct, for the record')
    .option('--strict', 'publish nothing if any app would be held back')

/** A release without a canary says why, or nobody knows when something has happened. */
export class MissingReasonError extends Error {
  override readonly name = 'MissingReasonError'
  readonly code = 'MISSING_REASON'
  readonly remedy = "Add it, as --reason 'the canary itself is broken'"

  constructor(apps: readonly string[]) {
    super(`--direct ${apps.join(', ')} needs a reason`)
  }
}

/** @throws {MissingReasonError} */
export function assertReason({ direct, reason }: MergeOptions): void {
  if (direct !== undefined && !reason?.trim()) throw new MissingReasonError(direct)
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('Write a number of seconds, as 60.')
}
