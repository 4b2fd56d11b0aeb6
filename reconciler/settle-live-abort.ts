import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { Actor } from '../rollouts/acts.ts'
import { LIVE_ABORT_ANNOTATION, type LiveAbort } from '../rollouts/live-abort.ts'
import { suspendedFor } from '../rollouts/suspended-for.ts'
import { actOnRollout } from './act-on-rollout.ts'
import { saysEnvironment } from './assert-environment.ts'
import { type AssertPlaceProps, assertPlace } from './assert-place.ts'
import { type SettlePatience, untilAtSource } from './branch-at-source.ts'
import type { ClusterObjects, ObjectPatch } from './cluster-objects.ts'
import type { Place } from './commit-moves.ts'
import { assertOver } from './debt-on-branch.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { isOwed, type LiveDebt, liveDebt } from './live-debt.ts'
import { recordAt } from './record-at.ts'
import type { AppName } from './rollout-in-cluster.ts'
import { giveBackFor, suspensionOf, syncName } from './suspended-sync.ts'

export interface SettleLiveAbortProps {
  readonly objects: ClusterObjects
  readonly place: Place
  readonly app: AppName
  /**
   * Who settles it, and so aborts it on the branch: what a note says of who made it, anybody may have
   * written who may write the object.
   */
  readonly actor: Actor
  /**
   * Namespace of the Applications that objects name without one.
   *
   * @default 'argocd'
   */
  readonly argoNamespace?: string
  /**
   * Whether a person vouches that the cluster is the one of the environment.
   *
   * @default false
   */
  readonly isClusterChecked?: boolean
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
  /** The commit by which the branch knows that it is settled; absent if it did not know of anything. */
  readonly told?: string
  /** Why the branch could not be told, though all is given back; the next one that settles tells it. */
  readonly untold?: Error
}

/**
 * Brings an abort that was made in the cluster onto the branch, and gives back what was suspended for it:
 * only once the branch sends all requests to stable, and the sync would apply that very state of it.
 * `undefined` if there is nothing to settle. Whatever is left of it when it is killed, the next one
 * finishes; where the note was lost, so does one that finds what is suspended.
 *
 * @throws {LiveAbortRefusedError} if the branch is not there in time, or is that of another environment
 * @throws {BrokenRolloutError} {UnknownRolloutError} {BranchMovedError}
 * @throws {RemoteRefusedError} {RemoteUnreachableError}
 * @throws {KubernetesError}
 */
export async function settleLiveAbort(
  props: SettleLiveAbortProps,
): Promise<SettledLiveAbort | undefined> {
  const { objects, place, argoNamespace = 'argocd', isClusterChecked = false } = props
  const app = `${props.app.namespace}/${props.app.name}`
  const debt = await liveDebt(objects, props.app, argoNamespace)
  const held = { objects, place, app, debt, isClusterChecked }
  await assertPlace(held)
  if (!isOwed(debt)) return remembered(props, held)
  const commit = await abortOnBranch(props, debt)
  if (isOpen(debt)) {
    await assertOver(held)
    await untilAtSource({ ...props, app, debt })
  }
  const given = await giveBack(held)
  return {
    ...given,
    ...(commit !== undefined && { commit }),
    ...(isKnown(held) && (await toldOrNot(props))),
  }
}

/** What was given back has to be said, whatever comes of the rest. */
async function toldOrNot(
  props: SettleLiveAbortProps,
): Promise<Pick<SettledLiveAbort, 'told' | 'untold'>> {
  try {
    const told = await tellBranch(props)
    return told === undefined ? {} : { told }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { untold: error }
  }
}

/** Of what the branch alone still remembers, where this is the cluster to know that it is over. */
async function remembered(
  props: SettleLiveAbortProps,
  held: AssertPlaceProps,
): Promise<SettledLiveAbort | undefined> {
  const { place, app } = held
  const tip = (await place.remote.tip(place.branch)) ?? ''
  const record = await recordAt(place, tip, app)
  if (record?.unsettled === undefined) return undefined
  if (!isKnown(held)) throw unknownCluster(held)
  const told = await tellBranch(props)
  return { resumed: [], kept: [], ...(told !== undefined && { told }) }
}

async function giveBack({
  objects,
  app,
  debt,
}: AssertPlaceProps): Promise<Pick<SettledLiveAbort, 'resumed' | 'kept'>> {
  const resumed: string[] = []
  const kept: string[] = []
  for (const identity of debt.syncs.map(identityOf)) {
    const sync = await objects.change(identity, (live) => giveBackFor(app, live))
    if (sync === undefined) continue
    if (!suspensionOf(sync).isSuspended(sync)) resumed.push(syncName(sync))
    else kept.push(`${syncName(sync)} stays suspended for ${suspendedFor(sync).join(', ')}`)
  }
  for (const object of debt.noted) await objects.change(identityOf(object), withoutNote)
  return { resumed, kept }
}

/** Without a note, what was given back by hand is only marked. To take the mark away does no harm. */
const isOpen = ({ notes, syncs }: LiveDebt): boolean =>
  notes.length > 0 || syncs.some((sync) => suspensionOf(sync).isSuspended(sync))

const withoutNote = ({ metadata }: KubernetesObject): ObjectPatch | undefined =>
  metadata.annotations?.[LIVE_ABORT_ANNOTATION] === undefined
    ? undefined
    : { annotations: { [LIVE_ABORT_ANNOTATION]: null } }

/** Whether anything ties the cluster to the environment: what it says, a note, or a person. */
const isKnown = ({ place: { environment }, debt, isClusterChecked }: AssertPlaceProps): boolean =>
  isClusterChecked ||
  debt.notes.length > 0 ||
  saysEnvironment({ environment, appliers: debt.appliers })

/** @returns the commit; `undefined` if the branch knew of nothing */
async function tellBranch({
  place,
  app: { namespace, name },
  actor,
  now,
  signal,
}: SettleLiveAbortProps): Promise<string | undefined> {
  const app = `${namespace}/${name}`
  const tip = (await place.remote.tip(place.branch)) ?? ''
  // It may have left the branch.
  if ((await recordAt(place, tip, app))?.unsettled === undefined) return undefined
  const request = { action: 'settle' } as const
  const result = await actOnRollout({ place, app, request, actor, now, retry: { signal } })
  return result.outcome === 'committed' ? result.commit : undefined
}

/** @returns the commit; `undefined` if the branch has aborted it already, or has it no longer */
async function abortOnBranch(
  { place, app, actor, now, signal }: SettleLiveAbortProps,
  { notes }: LiveDebt,
): Promise<string | undefined> {
  const name = `${app.namespace}/${app.name}`
  const tip = await place.remote.tip(place.branch)
  const record = await recordAt(place, tip ?? '', name)
  const abort = notes.find(({ rollout }) => rollout === record?.rollout?.id)
  if (abort === undefined) return undefined
  const result = await actOnRollout({
    place,
    app: name,
    request: { action: 'abort-noted', note: abort },
    actor,
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

const unknownCluster = ({ app, place: { environment } }: AssertPlaceProps): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `Nothing in this cluster is suspended for ${app}, and nothing says that it is the one of ${environment}`,
    'Name its cluster with --kubeconfig and --context. Once you know that it is this one, run this again with --cluster-checked',
  )
