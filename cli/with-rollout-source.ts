import { BranchRollout } from './branch-rollout.ts'
import { findRollout } from './find-rollout.ts'
import { openSight } from './open-sight.ts'
import { RolloutApi } from './rollout-api.ts'
import { withRolloutBranch } from './rollout-branch.ts'
import type { LookOptions } from './rollout-options.ts'
import type { RolloutSource } from './rollout-source.ts'
import { ServedRollout } from './served-rollout.ts'
import type { Terminal } from './terminal.ts'

/**
 * Opens the rollouts of the app that a name means for as long as `work` takes: those of the branch, or
 * those of the functions.
 *
 * @throws {NoSuchRolloutError} {SeveralRolloutsError}
 * @throws {NothingPublishedError} {EnvironmentNotOnBranchError} {UnreadableKubeconfigError}
 * @throws {RefusedByServerError} {ServerUnreachableError} {OtherVersionError}
 */
export const withRolloutSource = (
  name: string,
  options: LookOptions,
  terminal: Terminal,
  work: (source: RolloutSource) => Promise<void>,
): Promise<void> =>
  options.server === undefined
    ? onBranch(name, options, terminal, work)
    : byServer(name, options.server, options, terminal, work)

async function onBranch(
  name: string,
  options: LookOptions,
  terminal: Terminal,
  work: (source: RolloutSource) => Promise<void>,
): Promise<void> {
  using sight = await openSight(options, terminal)
  const { surroundings } = sight
  const { signal } = terminal
  await withRolloutBranch(options, terminal, async (branch) => {
    const found = await findRollout(branch, name)
    await work(new BranchRollout({ found, commit: branch.commit, surroundings, signal }))
  })
}

async function byServer(
  name: string,
  server: string,
  { env: environment }: LookOptions,
  { env, signal }: Terminal,
  work: (source: RolloutSource) => Promise<void>,
): Promise<void> {
  const api = new RolloutApi({ server, environment, token: env.LOCKSTEP_TOKEN, signal })
  using rollout = new ServedRollout({ api, ...(await api.find(name)), signal })
  await work(rollout)
}
