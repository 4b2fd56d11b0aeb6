import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, type LiveAbort, liveAbortOf } from '../rollouts/live-abort.ts'
import { objectName } from '../rollouts/object-name.ts'
import { suspendedFor } from '../rollouts/suspended-for.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { appliersOf } from './environment-of-sync.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { type AppName, type ObjectsOfApp, objectsOfApp } from './rollout-in-cluster.ts'
import { syncName } from './suspended-sync.ts'
import { syncChain } from './sync-chain.ts'

/** What an abort in the cluster has left there, to be settled; nothing if there was none. */
export interface LiveDebt {
  /** What is noted of it. None if the notes were lost, and only what is suspended is left. */
  readonly notes: readonly LiveAbort[]
  /** The objects that say so, or say what cannot be read. */
  readonly noted: readonly KubernetesObject[]
  /** What is marked as suspended for the app, the innermost first. */
  readonly syncs: readonly KubernetesObject[]
  /** What applies the objects of the app, marked or not; others only apply that. */
  readonly appliers: readonly KubernetesObject[]
  /** Whether its pods are its weights, so that the sync of workloads is suspended. */
  readonly isByPods: boolean
}

/**
 * Looks for what an abort in the cluster has left: notes on what splits the requests of the app, and
 * nowhere else, so that nobody's object beside it counts; and syncs that say that they are suspended for the
 * app, whether or not a note is left.
 *
 * @param argoNamespace where the Applications are that objects name without a namespace
 * @throws {LiveAbortRefusedError} if there is a note that cannot be read, and nothing else to go by
 * @throws {KubernetesError}
 */
export async function liveDebt(
  objects: ClusterObjects,
  app: AppName,
  argoNamespace: string,
): Promise<LiveDebt> {
  const name = `${app.namespace}/${app.name}`
  const live = await objectsOfApp(objects, app)
  const splitters = live.routes.length > 0 ? live.routes : live.tracks
  const isOfApp = (object: KubernetesObject) => liveAbortOf(object)?.app === name
  const notes = splitters.filter(isOfApp).flatMap((object) => liveAbortOf(object) ?? [])
  const unread = splitters.filter(isUnread)
  const synced = await syncedOf(objects, app, live, notes)
  const found = await syncsOf(objects, { notes, synced, argoNamespace })
  const syncs = found.filter((sync) => suspendedFor(sync).includes(name))
  if (notes.length === 0 && syncs.length === 0 && unread[0] !== undefined) {
    throw unreadable(unread[0])
  }
  const [own, outer] = [appliersOf(synced, found), appliersOf(found, found)]
  return {
    notes,
    noted: [...splitters.filter(isOfApp), ...unread],
    syncs,
    // Marks of a sync on objects can be lost, and a note names it all the same.
    appliers: [...own, ...syncs.filter((sync) => !own.includes(sync) && !outer.includes(sync))],
    isByPods: live.routes.length === 0 || notes.some(({ replicas }) => replicas !== undefined),
  }
}

/** Whether there is anything to settle. */
export const isOwed = ({ notes, syncs }: LiveDebt): boolean => notes.length > 0 || syncs.length > 0

const isUnread = (object: KubernetesObject): boolean =>
  object.metadata.annotations?.[LIVE_ABORT_ANNOTATION] !== undefined &&
  liveAbortOf(object) === undefined

/** Whatever may tell which syncs an app has. Where no route and no note does, its Service may. */
async function syncedOf(
  objects: ClusterObjects,
  { namespace, name }: AppName,
  { routes, tracks }: ObjectsOfApp,
  notes: LiveDebt['notes'],
): Promise<readonly KubernetesObject[]> {
  if (routes.length > 0 || notes.length > 0) return [...routes, ...tracks]
  const service = await objects.find({ group: '', kind: 'Service', namespace, name })
  return service === undefined ? tracks : [service, ...tracks]
}

interface SyncsOfProps extends Pick<LiveDebt, 'notes'> {
  readonly synced: readonly KubernetesObject[]
  readonly argoNamespace: string
}

/**
 * The own syncs of objects, and those that notes name; without notes what applies the own ones too, and so
 * on. With them nothing is asked about that whoever made the note did not have to see.
 */
async function syncsOf(
  objects: ClusterObjects,
  { notes, synced, argoNamespace }: SyncsOfProps,
): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const object of synced) {
    for await (const { sync } of syncChain(objects, object, argoNamespace)) {
      if (sync !== undefined) found.push(sync)
      if (notes.length > 0) break
    }
  }
  for (const identity of notes.flatMap(({ syncs }) => syncs.toReversed())) {
    const sync = await objects.find(identity)
    if (sync !== undefined) found.push(sync)
  }
  const byName = new Map(found.toReversed().map((sync) => [syncName(sync), sync]))
  return [...byName.values()].toReversed()
}

function unreadable(object: KubernetesObject): LiveAbortRefusedError {
  const { kind, namespace, name } = identityOf(object)
  return new LiveAbortRefusedError(
    `${objectName(object)} notes an abort in words that this Lockstep does not know, and nothing that applies it is suspended for that`,
    `Use the one that has written it; if none has, take it away: kubectl -n ${namespace} annotate ${kind.toLowerCase()} ${name} ${LIVE_ABORT_ANNOTATION}-`,
  )
}
