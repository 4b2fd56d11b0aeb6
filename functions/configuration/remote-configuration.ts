import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import type { Lock } from '../../leases/lock.ts'
import { type Access, LET_IN, readAccess } from './access.ts'
import { readDeclaredLocks } from './declared-locks.ts'
import { type HandleKeys, requireHandleKeys } from './handle-keys.ts'
import { Mistakes } from './mistakes.ts'
import { type RemoteCluster, readRemoteCluster } from './remote-cluster.ts'
import type { SettingSource } from './setting-source.ts'

/** What functions were told that run outside of the cluster with their locks. */
export interface RemoteConfiguration {
  readonly client: KubernetesClient
  readonly cluster: RemoteCluster
  readonly access: Access
  readonly keys: HandleKeys
  /** Those that there are. `undefined` if all that the cluster has are served. */
  readonly locks: readonly Lock[] | undefined
}

/**
 * Reads all that functions of a platform can be told. Everybody can reach them, so everybody is asked
 * who they are.
 *
 * @param connect throws a `ConfigurationError` for what its platform cannot do
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readRemoteConfiguration(
  source: SettingSource,
  connect: (cluster: RemoteCluster) => KubernetesClient,
): Promise<RemoteConfiguration> {
  const mistakes = new Mistakes()
  const cluster = await mistakes.collect(() => readRemoteCluster(source))
  const client = cluster && (await mistakes.collect(() => connect(cluster)))
  const access = await readAccess(source, client ?? 'unknown', mistakes)
  const keys = await mistakes.collect(() => requireHandleKeys(source))
  const locks = await mistakes.collect(() => readDeclaredLocks(source))
  if (access === 'nobody') mistakes.add(`Nobody would be let in. ${LET_IN}`)
  else if (mistakes.isEmpty && client && cluster && access && keys) {
    return { client, cluster, access, keys, locks }
  }
  throw mistakes.toError()
}
