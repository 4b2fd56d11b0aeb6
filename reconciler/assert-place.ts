import { environmentsOnBranch } from '../gitops/environments-on-branch.ts'
import { withoutCredentials } from '../gitops/git-answers.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { BrokenRolloutError } from './act-on-rollout.ts'
import { assertEnvironment, saysEnvironment } from './assert-environment.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import type { DebtOnBranchProps } from './debt-on-branch.ts'
import { type KnownRolloutsProps, knownRollouts } from './known-rollouts.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import type { LiveDebt } from './live-debt.ts'
import { type Origin, originOf } from './origin-of-sync.ts'
import { mayBeSameRepository } from './same-repository.ts'
import { syncName } from './suspended-sync.ts'

export interface AssertPlaceProps extends DebtOnBranchProps {
  readonly objects: ClusterObjects
}

/**
 * Holds a cluster against an environment of a branch: what it owes must not be settled by the commits of another
 * one. Ids of rollouts prove little, since two environments may give theirs the same one: they do only where no
 * other environment of the branch has had it.
 *
 * @throws {LiveAbortRefusedError} if the cluster says that it is another one, or nothing tells which of two
 * @throws {BrokenRolloutError} {RemoteRefusedError} {RemoteUnreachableError}
 * @throws {KubernetesError}
 */
export async function assertPlace(props: AssertPlaceProps): Promise<void> {
  const { place, app, debt, isClusterChecked } = props
  const { environment } = place
  assertEnvironment({ environment, app, appliers: debt.appliers })
  await assertOrigin(props)
  if (isClusterChecked || saysEnvironment({ environment, appliers: debt.appliers })) return
  await assertNoTwin(props)
}

async function assertOrigin(props: AssertPlaceProps): Promise<void> {
  const { objects, place, debt, isClusterChecked } = props
  if (isClusterChecked) return
  const { branch, environment, remote } = place
  for (const sync of heldAgainst(debt)) {
    const origin = await originOf(objects, sync)
    const { repository = remote.location } = origin
    const isOther = !mayBeSameRepository(repository, remote.location)
    const followed = isOther ? branch : await followedBranch(remote, origin, branch)
    if (!isOther && followed === branch) continue
    const [there, here] = isOther
      ? [withoutCredentials(repository), remote.location]
      : [`${followed} of its repository`, branch]
    throw new LiveAbortRefusedError(
      `${syncName(sync)} applies ${there}, and not ${here}`,
      `Nothing was changed. Name its repository and branch with --remote and --branch, or the cluster of ${environment} with --kubeconfig and --context. Once you know that it is the one of ${environment}, run this again with --cluster-checked`,
    )
  }
}

/** What was suspended for the app is ours; what applies others of its objects may have its own repository. */
const heldAgainst = ({ appliers, syncs }: LiveDebt): LiveDebt['appliers'] => {
  const marked = appliers.filter((sync) => syncs.includes(sync))
  return marked.length > 0 ? marked : appliers
}

/** The branch that a sync follows, which is ours unless it says another one: tags are made of any. */
async function followedBranch(remote: GitRemote, origin: Origin, ours: string): Promise<string> {
  const { revision = ours } = origin
  if (origin.branch !== undefined) return origin.branch
  const isBranch = revision !== ours && PLAIN_NAME.test(revision) && (await remote.tip(revision))
  return isBranch ? revision : ours
}

/** Ranges of versions have other signs in them. */
const PLAIN_NAME = /^\w[\w-]*(?:[./]\w[\w-]*)*$/

async function assertNoTwin({ place, app, debt: { notes } }: AssertPlaceProps): Promise<void> {
  const { remote, environment } = place
  const commit = (await remote.tip(place.branch)) ?? ''
  const own = await knownRollouts({ place, commit, app })
  const ids = notes.map(({ rollout }) => rollout).filter((id) => own.has(id))
  if (ids.length === 0) return
  for (const other of await environmentsOnBranch(remote, commit)) {
    if (other === environment) continue
    const known = await knownThere({ place: { ...place, environment: other }, commit, app })
    const twin = ids.find((id) => known === undefined || known.has(id))
    if (twin === undefined) continue
    throw new LiveAbortRefusedError(
      `Nothing in this cluster says whether it is the one of ${environment} or of ${other}, which ${known === undefined ? 'may have had' : 'has had'} rollout ${twin} of ${app} too`,
      `Nothing was changed. Once you know that it is the one of ${environment}, run this again with --cluster-checked`,
    )
  }
}

/** `undefined` if what the branch keeps there cannot be read. */
async function knownThere(props: KnownRolloutsProps): Promise<ReadonlySet<string> | undefined> {
  try {
    return await knownRollouts(props)
  } catch (error) {
    if (error instanceof BrokenRolloutError) return undefined
    throw error
  }
}
