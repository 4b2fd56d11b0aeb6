import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Actor } from '../rollouts/acts.ts'
import {
  LIVE_ABORT_ANNOTATION,
  type LiveAbort,
  liveAbortOf,
  reasonOnBranch,
} from '../rollouts/live-abort.ts'
import { suspendedFor } from '../rollouts/suspended-for.ts'
import { type SyncIdentity, syncOf } from '../rollouts/sync-of-object.ts'
import { actOnRollout } from './act-on-rollout.ts'
import { type SettlePatience, untilAtSource } from './branch-at-source.ts'
import type { ClusterObjects, ObjectPatch } from './cluster-objects.ts'
import type { Place } from './commit-moves.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { recordAt } from './record-at.ts'
import { type AppName, notedObjects } from './rollout-in-cluster.ts'
import { giveBackFor, suspensionOf, syncName } from './suspended-sync.ts'

export interface SettleLiveAbortProps {
  readonly objects: ClusterObjects
  readonly place: Place
  readonly app: AppName
  /** Who settles it. The abort itself is of whoever made it in the cluster, where that is known. */
  readonly actor: Actor
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly patience?: SettlePatience
  /** Told once of each thing that is waited for, as a sentence without a full stop. */
  readonly onWait?: (reason: string) => void
  readonly signal?: AbortSignal
}

export interface SettledLiveAbort {
  /** The commit that has aborted it; absent if the branch had that already. */
  readonly commit?: string
  /** What was given back, for people. */
  readonly resumed: readonly string[]
  /** What stays suspended, and which apps for, as sentences without a full stop. */
  readonly kept: readonly string[]
}

/**
 * Brings an abort that was made in the cluster onto the branch, and gives back what was suspended for it:
 * only once the branch sends all requests to stable, and the sync would apply that very state of it.
 * `undefined` if there is nothing to settle. Whatever is left of it when it is killed, the next one
 * finishes.
 *
 * @throws {LiveAbortRefusedError} if the branch is not there in time
 * @throws {BrokenRolloutError} {UnknownRolloutError} {BranchMovedError}
 * @throws {RemoteRefusedError} {RemoteUnreachableError}
 * @throws {KubernetesError}
 */
export async function settleLiveAbort(
  props: SettleLiveAbortProps,
): Promise<SettledLiveAbort | undefined> {
  const { objects, app } = props
  const name = `${app.namespace}/${app.name}`
  const noted = await notedObjects(objects, app)
  const [first] = noted
  const abort = first && liveAbortOf(first)
  if (abort === undefined) return undefined
  const commit = await abortOnBranch(props, abort)
  await untilAtSource({ ...props, app: name, abort, syncs: syncsOf(noted, abort) })
  const resumed: string[] = []
  const kept: string[] = []
  for (const identity of abort.syncs.toReversed()) {
    if ((await objects.find(identity)) === undefined) continue
    const sync = await objects.change(identity, (live) => giveBackFor(name, live))
    if (sync === undefined) continue
    if (!suspensionOf(sync).isSuspended(sync)) resumed.push(syncName(sync))
    else kept.push(`${syncName(sync)} stays suspended for ${suspendedFor(sync).join(', ')}`)
  }
  for (const object of noted) await objects.change(identityOf(object), withoutNote)
  return { resumed, kept, ...(commit !== undefined && { commit }) }
}

/** Of what was suspended, what applies these objects: the others only apply that. */
function syncsOf(
  noted: readonly KubernetesObject[],
  { syncs }: LiveAbort,
): readonly SyncIdentity[] {
  const applying = noted.flatMap((object) => syncOf(object, 'argocd') ?? []).map(({ name }) => name)
  return syncs.filter(({ name }) => applying.includes(name))
}

const withoutNote = ({ metadata }: KubernetesObject): ObjectPatch | undefined =>
  metadata.annotations?.[LIVE_ABORT_ANNOTATION] === undefined
    ? undefined
    : { annotations: { [LIVE_ABORT_ANNOTATION]: null } }

/** @returns the commit; `undefined` if the branch has aborted it already, or has it no longer */
async function abortOnBranch(
  { place, app, actor, now, signal }: SettleLiveAbortProps,
  abort: LiveAbort,
): Promise<string | undefined> {
  const name = `${app.namespace}/${app.name}`
  const tip = await place.remote.tip(place.branch)
  const record = await recordAt(place, tip ?? '', name)
  if (record?.rollout?.id !== abort.rollout) return undefined
  const result = await actOnRollout({
    place,
    app: name,
    request: { action: 'abort', reason: reasonOnBranch(abort) },
    actor: { ...actor, name: abort.by ?? actor.name },
    permit: ({ record }) => {
      if (record.spec.rollout?.id !== abort.rollout) throw overMeanwhile(name, abort)
    },
    now,
    retry: { signal },
  })
  return result.outcome === 'committed' ? result.commit : undefined
}

const overMeanwhile = (app: string, { rollout }: LiveAbort): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `Rollout ${rollout} of ${app} has ended on the branch just now`,
    'Run it again, which gives the sync back',
  )
