import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pid, stdin } from 'node:process'
import { text as readAll } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import {
  type BaselinedFindings,
  readBaseline,
  withoutBaseline,
  writeBaseline,
} from '../checks/baseline.ts'
import type { Finding } from '../checks/finding.ts'
import { hasFailed } from '../checks/reports/check-report.ts'
import { counted } from '../checks/reports/counted.ts'
import { renderJson } from '../checks/reports/json-report.ts'
import { renderMarkdown } from '../checks/reports/markdown-report.ts'
import { renderSarif } from '../checks/reports/sarif-report.ts'
import { branchName } from './branch-name.ts'
import { checkApps } from './check-apps.ts'
import { checkBranch } from './check-branch.ts'
import { checkFiles } from './check-files.ts'
import type { CheckOutcome } from './check-outcome.ts'
import { renderCheck } from './render-check.ts'
import { repeatable } from './repeatable.ts'
import type { Terminal } from './terminal.ts'

const FORMATS = ['text', 'json', 'sarif', 'markdown'] as const

interface CommandOptions {
  readonly app?: string
  readonly env?: readonly string[]
  readonly branch?: string | true
  readonly remote?: string
  readonly targetVersions?: string
  readonly external?: readonly string[]
  readonly format: (typeof FORMATS)[number]
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly all?: boolean
}

/** `lockstep check`: the rules, the schemas and the bad days, over the apps or over plain manifests. */
export const checkCommand = (terminal: Terminal): Command =>
  new Command('check')
    .description(
      'Check the manifests of the app, or any others: files, folders, and - for standard input',
    )
    .argument('[path...]', 'manifests to check instead of those of the app definitions')
    .option(
      '-a, --app <command>',
      'command that runs the app definitions (default: `app` in cdk8s.yaml)',
    )
    .option('-e, --env <name>', 'check this environment only; may be repeated', repeatable)
    .option(
      '--branch [name]',
      'check what lies on a branch instead: the one that is deployed, or another of its repository',
      branchName,
    )
    .option(
      '-r, --remote <remote>',
      'Git remote, path or URL of the deploy repository (default: `lockstep.remote` in cdk8s.yaml, or origin)',
    )
    .option(
      '--target-versions <range>',
      'Kubernetes minors to check for, as 1.34 or 1.31..1.36 (default: that of the environment; for paths the newest)',
    )
    .option(
      '--external <object>',
      "object that exists although it is not here, as 'Service payments/*'; may be repeated",
      repeatable,
    )
    .addOption(
      new Option('--format <format>', 'form of the report').choices(FORMATS).default('text'),
    )
    .option('--baseline <file>', 'report only what this file does not take as given')
    .option('--write-baseline <file>', 'take all that is found today as given')
    .option('--all', 'show every finding and every workload')
    .action((paths: readonly string[], options: CommandOptions) =>
      runCheck(paths, options, terminal),
    )

async function runCheck(
  paths: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<void> {
  const outcome = await check(paths, options, terminal)
  if (options.writeBaseline !== undefined) {
    await saveBaseline(options.writeBaseline, outcome.findings, terminal)
    return
  }
  const { fresh, known, gone } = await applyBaseline(options.baseline, outcome.findings, terminal)
  terminal.out(
    render(
      { ...outcome, findings: fresh, baselined: known },
      { ...options, gone: gone.length },
      terminal,
    ),
  )
  terminal.setExitCode(hasFailed(fresh) ? 1 : 0)
}

function check(
  paths: readonly string[],
  { branch, ...options }: CommandOptions,
  terminal: Terminal,
): Promise<CheckOutcome> {
  if (branch !== undefined) {
    if (paths.length > 0) throw new BranchOfPathsError(paths)
    return checkBranch({ ...options, ...(branch !== true && { branch }) }, terminal)
  }
  return paths.length === 0
    ? checkApps(options, terminal)
    : checkFiles({ ...options, paths, readInput: () => readAll(stdin) }, terminal)
}

/** `--branch` and paths were given together. */
export class BranchOfPathsError extends Error {
  override readonly name = 'BranchOfPathsError'
  readonly code = 'BRANCH_OF_PATHS'
  readonly remedy = 'Leave --branch out, or the paths'

  constructor(paths: readonly string[]) {
    super(`--branch checks all of a branch, and ${paths.join(', ')} is a path`)
  }
}

function render(
  outcome: CheckOutcome,
  { format, all = false, gone }: CommandOptions & { readonly gone: number },
  terminal: Terminal,
): string {
  switch (format) {
    case 'json':
      return renderJson(outcome)
    case 'sarif':
      return renderSarif(outcome.findings)
    case 'markdown':
      return renderMarkdown(outcome)
    case 'text':
      return renderCheck(outcome, { all, gone }, terminal)
  }
}

async function saveBaseline(
  file: string,
  findings: readonly Finding[],
  { cwd, out }: Pick<Terminal, 'cwd' | 'out'>,
): Promise<void> {
  const path = resolve(cwd, file)
  // Beside it first, so that a full disk leaves the old one as it was.
  const draft = `${path}.${pid}.tmp`
  try {
    await writeFile(draft, writeBaseline(findings))
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw new UnwritableBaselineError(file, { cause: error })
  }
  const count = findings.filter(({ waived }) => waived === undefined).length
  out(`${file}: ${counted(count, 'finding')} taken as given\n`)
}

async function applyBaseline(
  file: string | undefined,
  findings: readonly Finding[],
  terminal: Terminal,
): Promise<BaselinedFindings> {
  if (file === undefined) return { fresh: findings, known: 0, gone: [] }
  const content = await readBaselineFile(file, terminal.cwd)
  return withoutBaseline(findings, readBaseline(content, file))
}

async function readBaselineFile(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8')
  } catch (error) {
    throw new MissingBaselineError(file, { cause: error })
  }
}

/** The file of the baseline cannot be read. */
export class MissingBaselineError extends Error {
  override readonly name = 'MissingBaselineError'
  readonly code = 'MISSING_BASELINE'
  readonly remedy: string

  constructor(file: string, options?: ErrorOptions) {
    super(`The baseline ${file} cannot be read`, options)
    this.remedy = `Write it with \`lockstep check --write-baseline ${file}\``
  }
}

/** The file of the baseline cannot be written; what was there before is there still. */
export class UnwritableBaselineError extends Error {
  override readonly name = 'UnwritableBaselineError'
  readonly code = 'UNWRITABLE_BASELINE'
  readonly remedy = 'Name a file in a folder that exists and that you may write'

  constructor(file: string, options?: ErrorOptions) {
    super(`The baseline ${file} cannot be written`, options)
  }
}
