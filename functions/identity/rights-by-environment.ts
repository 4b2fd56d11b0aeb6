import type { Authorizer } from './authorizer.ts'
import type { Identity } from './identity.ts'

/**
 * Rights on rollouts as the cluster of their environment grants them, and on all else as somebody else
 * says.
 *
 * @param clusters by environment; of those that are not in it, somebody else says
 */
export const rightsByEnvironment = (
  others: Authorizer,
  clusters: ReadonlyMap<string, Authorizer>,
): Authorizer => ({
  async allows(identity, access, signal) {
    const cluster = access.resource === 'rollouts' ? clusters.get(access.environment) : undefined
    if (cluster === undefined) return others.allows(identity, access, signal)
    // An account of this cluster is nobody in another one, whoever is called the same there.
    return !isOfThisCluster(identity) && cluster.allows(identity, access, signal)
  },
})

const isOfThisCluster = ({ name }: Identity): boolean => name.startsWith('system:')
