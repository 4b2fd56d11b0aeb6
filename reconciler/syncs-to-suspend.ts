import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectName } from '../rollouts/object-name.ts'
import type { SyncIdentity } from '../rollouts/sync-of-object.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { suspensionOf, syncName } from './suspended-sync.ts'
import { syncChain } from './sync-chain.ts'

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

/** The syncs of an object that have to be suspended, the innermost first. */
async function chainOf(
  objects: ClusterObjects,
  object: KubernetesObject,
  argoNamespace: string,
): Promise<KubernetesObject[]> {
  const chain: KubernetesObject[] = []
  for await (const { identity, sync, applied } of syncChain(objects, object, argoNamespace)) {
    if (sync === undefined) throw notHere(identity, applied)
    assertKept(sync, applied)
    chain.push(sync)
    if (!suspensionOf(sync).isDeclared(sync)) break
  }
  return chain
}

const notHere = (identity: SyncIdentity, applied: KubernetesObject): LiveAbortRefusedError =>
  new LiveAbortRefusedError(
    `${objectName(applied)} is synced by ${syncName(identity)}, which is not in this cluster: it would put the route back`,
    'Suspend it where it is, then run this again with --sync-suspended. An Application may be in another namespace: name that with --argocd-namespace',
  )

function assertKept(sync: KubernetesObject, applied: KubernetesObject): void {
  const contested = suspensionOf(sync).contested(sync)
  if (contested === undefined) return
  throw new LiveAbortRefusedError(
    `${objectName(applied)} cannot be kept as it is: ${contested}`,
    'Keep its set from syncing, then run this again with --sync-suspended',
  )
}
