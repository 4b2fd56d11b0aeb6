import { inCluster } from '../kubernetes/in-cluster.ts'
import type { NodeTransport } from '../kubernetes/node-transport.ts'

/**
 * The API server of the cluster that this pod is in. `LOCKSTEP_SERVICE_ACCOUNT_FOLDER` is where the pod
 * has its token, if it has one mounted elsewhere than Kubernetes would.
 *
 * @throws {NotInClusterError}
 */
export function podTransport(env: Readonly<Record<string, string | undefined>>): NodeTransport {
  const folder = env.LOCKSTEP_SERVICE_ACCOUNT_FOLDER
  return inCluster({ env, ...(folder && { folder }) })
}
