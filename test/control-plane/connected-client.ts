import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../kubernetes/node-transport.ts'
import type { Connection } from './connection.ts'

export interface ConnectedClient {
  readonly client: KubernetesClient
  readonly transport: NodeTransport
}

/** All pods of a large test are deleted in one call, where many other things run. */
const LONGEST_CALL_MS = 120_000

/** Our own client, as whom the connection says. */
export function connect({ server, ...credentials }: Connection): ConnectedClient {
  const transport = new NodeTransport({ server, credentials: () => credentials })
  return { client: new KubernetesClient({ transport, timeoutMs: LONGEST_CALL_MS }), transport }
}
