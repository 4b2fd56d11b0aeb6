import { Command } from 'commander'
import { describeSource } from '../gitops/git-source.ts'
import { type PublishResult, plan, publish } from '../gitops/publish.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'
import type { Rendering } from '../manifests/rendering.ts'
import { branchName } from './branch-name.ts'
import {
  addDeployOptions,
  addMergeOptions,
  addSynthesisOptions,
  assertReason,
  type DeployOptions,
  type MergeOptions,
  type SynthesisOptions,
} from './deploy-options.ts'
import { type DeployTarget, withDeployTarget } from './deploy-target.ts'
import { readProjectConfig } from './project-config.ts'
import { renderPlan, renderStops } from './render-plan.ts'
import { synthesizeForDeploy } from './synthesize-for-deploy.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep publish`: a synth, merged into the deploy branch, as one commit an environment. */
export const publishCommand = (terminal: Terminal): Command =>
  addMergeOptions(
    addDeployOptions(
      addSynthesisOptions(
        new Command('publish').description('Write the app definitions to the deploy branch'),
      ),
    ),
  )
    .option('-n, --dry-run', 'show what would be written, and write nothing')
    .option('-m, --message <text>', 'subject of the commit, and body after an empty line')
    .option(
      '--branch-for-review <name>',
      'push the commit to this branch, for a pull request',
      branchName,
    )
    .action((options: PublishCommandOptions) => runPublish(options, terminal))

interface PublishCommandOptions extends SynthesisOptions, DeployOptions, MergeOptions {
  readonly dryRun?: boolean
  readonly message?: string
  readonly branchForReview?: string
}

async function runPublish(options: PublishCommandOptions, terminal: Terminal): Promise<void> {
  const { cwd, env, signal } = terminal
  assertBranchForReview(options, readProjectConfig(cwd).branch)
  assertReason(options)
  const [renderings, source] = await Promise.all([
    synthesizeForDeploy(options, terminal, { writes: true }),
    describeSource({ cwd, env, signal }),
  ])
  if (renderings === undefined) return
  await withDeployTarget(options, terminal, async (target) => {
    const publication = { options, target, source, terminal }
    // One environment is planned and written in one go; of several, all are looked at before any is
    // written, so that a stop in the last one stops all.
    const isOne = renderings.length === 1 && !options.dryRun
    if (!isOne && !(await showPlans(renderings, publication))) return
    for (const rendering of renderings) {
      if (!options.dryRun) await publishOne(rendering, publication, isOne)
    }
  })
}

function assertBranchForReview(
  { branch, branchForReview }: PublishCommandOptions,
  configured: string,
): void {
  const target = branch ?? configured
  if (branchForReview === target) throw new NoReviewBranchError(target)
}

/** The branch for the review is the one that clusters watch. */
export class NoReviewBranchError extends Error {
  override readonly name = 'NoReviewBranchError'
  readonly code = 'NO_REVIEW_BRANCH'
  readonly remedy = 'Name another branch, or leave --branch-for-review out to publish right away'

  constructor(branch: string) {
    super(`'${branch}' is the branch that is deployed, so nothing on it waits for a review`)
  }
}

interface Publication {
  readonly options: PublishCommandOptions
  readonly target: DeployTarget
  readonly source: string | undefined
  readonly terminal: Terminal
}

/** @returns whether nothing stops the publish */
async function showPlans(
  renderings: readonly Rendering[],
  { options, target, terminal }: Publication,
): Promise<boolean> {
  let isFree = true
  for (const rendering of renderings) {
    const { branchForReview } = options
    const tip = branchForReview && (await target.remote.tip(branchForReview))
    const branch = tip ? branchForReview : target.branch
    const next = await plan({ ...options, ...target, branch, rendering })
    show(next, terminal)
    if (next.stops.length > 0) isFree = false
  }
  if (!isFree) reportStopped(terminal)
  else if (options.dryRun) terminal.out('Nothing was written (--dry-run).\n')
  return isFree
}

async function publishOne(
  rendering: Rendering,
  { options, target, source, terminal }: Publication,
  isShown: boolean,
): Promise<void> {
  const { branchForReview, message } = options
  let attempts = 0
  const result = await publish({
    ...options,
    ...target,
    rendering,
    source,
    retry: { signal: terminal.signal },
    ...(branchForReview !== undefined && { reviewBranch: branchForReview }),
    ...(message !== undefined && { message }),
    onPlan: (next) => {
      if (++attempts > 1) terminal.err('Somebody else was faster; merging again.\n')
      if (isShown) show(next, terminal)
    },
  })
  report(result, branchForReview ?? target.branch, { target, terminal })
}

function show(next: PublishPlan, terminal: Terminal): void {
  const text = renderPlan(next, terminal)
  if (text !== '') terminal.out(`${next.environment}:\n${text}`)
  terminal.err(renderStops(next, terminal))
  if (next.heldBack.length > 0) terminal.setExitCode(1)
}

function report(
  result: PublishResult,
  branch: string,
  { target, terminal }: Pick<Publication, 'target' | 'terminal'>,
): void {
  const { environment } = result.plan
  switch (result.outcome) {
    case 'published':
      terminal.out(
        `Published ${environment} as ${result.commit.slice(0, 12)} on ${branch} of ${target.remote.location}\n`,
      )
      break
    case 'unchanged':
      terminal.out(unchanged(result.plan, `${branch} of ${target.remote.location}`))
      break
    case 'stopped':
      reportStopped(terminal)
  }
}

/** Where edits by hand are kept, the branch is not what the app definitions say. */
const unchanged = ({ environment, drift, heldBack }: PublishPlan, place: string): string =>
  drift.length + heldBack.length > 0
    ? `Nothing to publish: ${environment} on ${place} stays as it is\n`
    : `${environment} is up to date on ${place}\n`

function reportStopped(terminal: Terminal): void {
  terminal.err('Nothing was published.\n')
  terminal.setExitCode(1)
}
