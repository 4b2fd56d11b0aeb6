import { randomBytes } from 'node:crypto'
import type { Cluster } from '../../control-plane/cluster.ts'
import type { Connection } from '../../control-plane/connection.ts'
import { applyServiceAccount, tokenOf } from '../../control-plane/service-account.ts'
import { connectToSharedCluster } from '../../control-plane/shared-cluster-client.ts'
import { applyReviewer, removeReviewer } from '../identity/reviewer.ts'

export const AUDIENCE = 'lockstep-locks'
export const LOCK = 'import'

const COORDINATION = 'coordination.k8s.io'

/** What a bundle is given in a cluster, or to reach one. */
export interface ServedCluster {
  readonly namespace: string
  /** As an admin. */
  readonly connection: Connection
  /** Of an account with no rights but those that the functions need. */
  readonly functionsToken: string
  /** Of an account that may hold and read the lock. */
  readonly workerToken: string
  /** Of an account that may read it. */
  readonly onlookerToken: string
  /** Of the worker, but for the API server. */
  readonly apiToken: string
  /** Settings that are the same for all bundles. */
  readonly env: Readonly<Record<string, string>>
}

/** Declares a lock, and accounts around it. */
export async function serveFromCluster(cluster: Cluster): Promise<ServedCluster> {
  const namespace = await cluster.namespace()
  const leases = [LOCK, `${LOCK}.queue`, `${LOCK}.runs`]
  for (const name of leases) {
    const metadata = { name, namespace }
    await cluster.apply([{ apiVersion: `${COORDINATION}/v1`, kind: 'Lease', metadata }])
  }
  await applyReviewer(cluster, 'tokenreviews', 'subjectaccessreviews')
  await applyServiceAccount(cluster, 'reviewer', [
    {
      apiGroups: [COORDINATION],
      resources: ['leases'],
      resourceNames: leases,
      verbs: ['get', 'update', 'watch'],
    },
  ])
  const locks = { apiGroups: ['lockstep.dev'], resources: ['locks'] }
  await applyServiceAccount(cluster, 'worker', [
    { ...locks, resourceNames: [LOCK, 'unbound', 'undeclared'], verbs: ['hold', 'read'] },
  ])
  await applyServiceAccount(cluster, 'onlooker', [
    { ...locks, resourceNames: [LOCK], verbs: ['read'] },
  ])
  const audiences = [AUDIENCE]
  return {
    namespace,
    connection: await connectToSharedCluster(),
    functionsToken: await tokenOf(cluster, 'reviewer'),
    workerToken: await tokenOf(cluster, 'worker', { audiences }),
    onlookerToken: await tokenOf(cluster, 'onlooker', { audiences }),
    apiToken: await tokenOf(cluster, 'worker'),
    env: {
      LOCKSTEP_TOKEN_AUDIENCE: AUDIENCE,
      LOCKSTEP_HANDLE_KEYS: randomBytes(32).toString('base64'),
      LOCKSTEP_CLUSTER_ID: 'test',
      LOCKSTEP_LOCKS: `${namespace}/${LOCK} ${namespace}/unbound`,
    },
  }
}

export const leaveServedCluster = removeReviewer
