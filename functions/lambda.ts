import { readFile } from 'node:fs/promises'
import { handle } from 'hono/aws-lambda'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../kubernetes/node-transport.ts'
import { withDeclared } from '../leases/declared-leases.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import type { RemoteCluster } from './configuration/remote-cluster.ts'
import { readRemoteConfiguration } from './configuration/remote-configuration.ts'
import { lockFunction } from './locks/lock-function.ts'
import { jsonLines } from './serving/json-lines.ts'

export interface LambdaHandlerProps {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes the lines of the log, each JSON. */
  readonly write: (line: string) => void
}

/**
 * The handler of a function of AWS Lambda that serves the locks of a cluster, behind a function URL, an
 * API Gateway or a load balancer. To be made when the function starts, which fails if it cannot be.
 *
 * @throws {ConfigurationError} with all that is wrong
 */
export async function lambdaHandler({ env, write }: LambdaHandlerProps) {
  const source = { env, readFile: (path: string) => readFile(path, 'utf8') }
  const { client, cluster, access, keys, locks } = await readRemoteConfiguration(source, connect)
  const store = withDeclared(new KubernetesLeaseStore({ client, ...cluster }), locks)
  const log = jsonLines(write)
  return handle(lockFunction({ store, listing: store, keys, ...access, log }))
}

function connect({ server, ...credentials }: RemoteCluster): KubernetesClient {
  const transport = new NodeTransport({ server, credentials: () => credentials })
  return new KubernetesClient({ transport })
}
