import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../kubernetes/node-transport.ts'
import type { Connection } from './connection.ts'

export interface ConnectedClient {
  readonly client: KubernetesClient
  readonly transport: NodeTransport
}

/** Our own client, as whom the connection says. */
export function connect({ server, ...credentials }: Connection): ConnectedClient {
  const transport = new NodeTransport({ server, credentials: () => credentials })
  return { client: new KubernetesClient({ transport, timeoutMs: 30_000 }), transport }
}
