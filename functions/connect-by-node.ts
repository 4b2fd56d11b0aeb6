import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../kubernetes/node-transport.ts'
import type { ClusterAddress } from './configuration/rollout-targets.ts'

/** A client of the API server of a cluster, where Node is. */
export const connectByNode = ({
  server,
  token,
  certificateAuthority,
}: ClusterAddress): KubernetesClient =>
  new KubernetesClient({
    transport: new NodeTransport({
      server,
      credentials: async () => ({ token: await token(), certificateAuthority }),
    }),
  })
