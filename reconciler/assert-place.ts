import { environmentsOnBranch } from '../gitops/environments-on-branch.ts'
import { withoutCredentials } from '../gitops/git-answers.ts'
import { BrokenRolloutError } from './act-on-rollout.ts'
import { assertEnvironment, saysEnvironment } from './assert-environment.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import type { Place } from './commit-moves.ts'
import { type KnownRolloutsProps, knownRollouts } from './known-rollouts.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import type { LiveDebt } from './live-debt.ts'
import { originOf } from './origin-of-sync.ts'
import { mayBeSameRepository } from './same-repository.ts'
import { syncName } from './suspended-sync.ts'

export interface AssertPlaceProps {
  readonly objects: ClusterObjects
  readonly place: Place
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly debt: LiveDebt
  /** Whether a person vouches that the cluster is the one of the environment. */
  readonly isClusterChecked: boolean
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

async function assertOrigin({ objects, place, debt }: AssertPlaceProps): Promise<void> {
  const { branch, environment, remote } = place
  for (const sync of debt.appliers) {
    const { repository = remote.location, revision = branch } = await originOf(objects, sync)
    const isOther = !mayBeSameRepository(repository, remote.location)
    if (!isOther && revision === branch) continue
    const [there, here] = isOther
      ? [withoutCredentials(repository), remote.location]
      : [`${revision} of its repository`, branch]
    throw new LiveAbortRefusedError(
      `${syncName(sync)} applies ${there}, and not ${here}`,
      `Nothing was changed. Name its repository and branch with --remote and --branch, or the cluster of ${environment} with --kubeconfig and --context`,
    )
  }
}

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
