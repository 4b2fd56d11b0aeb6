import { environmentsOnBranch } from '../gitops/environments-on-branch.ts'
import type { Place } from '../reconciler/commit-moves.ts'
import { type DeployTarget, withDeployBranch } from './deploy-target.ts'
import type { RolloutOptions } from './rollout-options.ts'
import type { Terminal } from './terminal.ts'

/** There is nothing that a command could be about. */
export class NothingPublishedError extends Error {
  override readonly name = 'NothingPublishedError'
  readonly code = 'NOTHING_PUBLISHED'
  readonly remedy = 'Name another one with --remote and --branch, or publish to it first'

  constructor({ remote, branch }: Pick<DeployTarget, 'remote' | 'branch'>) {
    super(`Nothing was ever published to ${branch} of ${remote.location}`)
  }
}

/** No such environment is on the branch. */
export class EnvironmentNotOnBranchError extends Error {
  override readonly name = 'EnvironmentNotOnBranchError'
  readonly code = 'ENVIRONMENT_NOT_ON_BRANCH'
  readonly remedy: string

  constructor(environment: string, branch: string, known: readonly string[]) {
    super(`The branch ${branch} has no environment '${environment}'`)
    this.remedy = `Use one of: ${known.join(', ')}`
  }
}

/** The environments of the deploy branch that a command is about. */
export interface RolloutBranch {
  /** The commit that was read. */
  readonly commit: string
  readonly places: readonly Place[]
}

/**
 * Opens the deploy repository for as long as `work` takes.
 *
 * @throws {UnknownRemoteError} {ProjectConfigError}
 * @throws {NothingPublishedError} {EnvironmentNotOnBranchError}
 */
export const withRolloutBranch = <T>(
  options: RolloutOptions,
  terminal: Terminal,
  work: (branch: RolloutBranch) => Promise<T>,
): Promise<T> =>
  withDeployBranch(options, terminal, async (target) => work(await branchOf(target, options.env)))

async function branchOf(
  target: DeployTarget,
  environment: string | undefined,
): Promise<RolloutBranch> {
  const { remote, branch } = target
  const commit = await remote.tip(branch)
  if (commit === undefined) throw new NothingPublishedError(target)
  const known = await environmentsOnBranch(remote, commit)
  if (known.length === 0) throw new NothingPublishedError(target)
  if (environment !== undefined && !known.includes(environment)) {
    throw new EnvironmentNotOnBranchError(environment, branch, known)
  }
  const meant = environment === undefined ? known : [environment]
  return { commit, places: meant.map((each) => ({ remote, branch, environment: each })) }
}
