import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectName } from '../rollouts/object-name.ts'
import { type SyncIdentity, syncOf } from '../rollouts/sync-of-object.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { suspensionOf, syncName } from './suspended-sync.ts'

/**
 * What would put objects back, the outermost first: the sync of each of them; and the sync of that one
 * where manifests say whether it is suspended, since it would put that back; and so on. A field that no
 * manifest has stays as it was written.
 *
 * @throws {LiveAbortRefusedError} if one of them cannot be suspended from here
 * @throws {KubernetesError}
 */
export async function syncsToSuspend(
  objects: ClusterObjects,
  synced: readonly KubernetesObject[],
  argoNamespace: string,
): Promise<readonly KubernetesObject[]> {
  const found = new Map<string, KubernetesObject>()
  for (const object of synced) {
    for (const sync of (await chainOf(objects, object, argoNamespace)).reverse()) {
      const name = syncName(sync)
      if (!found.has(name)) found.set(name, sync)
    }
  }
  return [...found.values()]
}

/** The syncs that would put an object back, the innermost first. */
async function chainOf(
  objects: ClusterObjects,
  object: KubernetesObject,
  argoNamespace: string,
): Promise<KubernetesObject[]> {
  const chain: KubernetesObject[] = []
  let applied = object
  for (;;) {
    const identity = syncOf(applied, argoNamespace)
    // The one that Flux itself comes by applies itself.
    const isKnown = chain.some((sync) => identity && syncName(sync) === syncName(identity))
    if (identity === undefined || isKnown) return chain
    const sync = await findSync(objects, identity, applied)
    chain.push(sync)
    if (!suspensionOf(sync).isDeclared(sync)) return chain
    applied = sync
  }
}

async function findSync(
  objects: ClusterObjects,
  identity: SyncIdentity,
  applied: KubernetesObject,
): Promise<KubernetesObject> {
  const sync = await objects.find(identity)
  if (sync === undefined) {
    throw new LiveAbortRefusedError(
      `${objectName(applied)} is synced by ${syncName(identity)}, which is not in this cluster: it would put the route back`,
      'Suspend it where it is, then run this again with --sync-suspended. An Application may be in another namespace: name that with --argocd-namespace',
    )
  }
  const contested = suspensionOf(sync).contested(sync)
  if (contested === undefined) return sync
  throw new LiveAbortRefusedError(
    `${objectName(applied)} cannot be kept as it is: ${contested}`,
    'Keep its set from syncing, then run this again with --sync-suspended',
  )
}
