import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type SyncIdentity, syncOf } from '../rollouts/sync-of-object.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { syncName } from './suspended-sync.ts'

/** One sync of a chain. */
export interface SyncOfChain {
  readonly identity: SyncIdentity
  /** Absent if it is not in this cluster, which ends the chain. */
  readonly sync: KubernetesObject | undefined
  /** What it applies: the object that was asked about, or the sync before. */
  readonly applied: KubernetesObject
}

/**
 * The syncs that would put an object back, the innermost first: its own, the one of that, and so on.
 *
 * @param argoNamespace where the Applications are that objects name without a namespace
 * @throws {KubernetesError}
 */
export async function* syncChain(
  objects: ClusterObjects,
  object: KubernetesObject,
  argoNamespace: string,
): AsyncGenerator<SyncOfChain, void> {
  const seen = new Set<string>()
  let applied = object
  for (;;) {
    const identity = syncOf(applied, argoNamespace)
    // The one that Flux itself comes by applies itself.
    if (identity === undefined || seen.has(syncName(identity))) return
    seen.add(syncName(identity))
    const sync = await objects.find(identity)
    yield { identity, sync, applied }
    if (sync === undefined) return
    applied = sync
  }
}

/**
 * The syncs that apply some objects themselves, so far as they are in this cluster.
 *
 * @param argoNamespace where the Applications are that objects name without a namespace
 * @throws {KubernetesError}
 */
export async function appliersInCluster(
  objects: ClusterObjects,
  applied: readonly KubernetesObject[],
  argoNamespace: string,
): Promise<readonly KubernetesObject[]> {
  const owners = applied.flatMap((object) => syncOf(object, argoNamespace) ?? [])
  const byName = new Map(owners.map((owner) => [syncName(owner), owner]))
  const found = await Promise.all([...byName.values()].map((owner) => objects.find(owner)))
  return found.filter((sync) => sync !== undefined)
}
