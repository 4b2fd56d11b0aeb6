import { readFile } from 'node:fs/promises'
import { handle } from 'hono/aws-lambda'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../kubernetes/node-transport.ts'
import { KubernetesLeaseStore } from '../leases/kubernetes-lease-store.ts'
import type { RemoteCluster } from './configuration/remote-cluster.ts'
import { readRemoteConfiguration } from './configuration/remote-configuration.ts'
import { lockFunction } from './locks/lock-function.ts'
import { jsonLines } from './serving/json-lines.ts'

const source = { env: process.env, readFile: (path: string) => readFile(path, 'utf8') }
const { client, cluster, access, keys } = await readRemoteConfiguration(source, connect)
const store = new KubernetesLeaseStore({ client, ...cluster })

/**
 * Locks of a cluster, as a function of AWS Lambda behind a function URL, an API Gateway or a load
 * balancer. What is wrong with its configuration is said when it starts, in its log.
 */
export const handler = handle(
  lockFunction({
    store,
    listing: store,
    keys,
    ...access,
    log: jsonLines((line) => process.stdout.write(line)),
  }),
)

function connect({ server, ...credentials }: RemoteCluster): KubernetesClient {
  const transport = new NodeTransport({ server, credentials: () => credentials })
  return new KubernetesClient({ transport })
}
