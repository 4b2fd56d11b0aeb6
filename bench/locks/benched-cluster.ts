import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../kubernetes/node-transport.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { queueLeaseName } from '../../leases/names.ts'
import { chooseCluster } from '../../test/control-plane/cluster-choice.ts'
import type { Connection } from '../../test/control-plane/connection.ts'
import { hostControlPlane } from '../../test/control-plane/hosted-control-plane.ts'
import type { BenchedStore } from './lock-calls.ts'

const NAMESPACE = 'default'
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`

/** An API server of its own, with etcd, for as long as it is used. */
export class BenchedCluster implements AsyncDisposable {
  /** Where its sockets and logs are. */
  readonly folder: string
  readonly #connection: Connection
  readonly #stop: () => Promise<void>
  readonly #transports: NodeTransport[] = []

  private constructor(connection: Connection, folder: string, stop: () => Promise<void>) {
    this.#connection = connection
    this.folder = folder
    this.#stop = stop
  }

  static async start(): Promise<BenchedCluster> {
    const choice = chooseCluster({ ...process.env, LOCKSTEP_TEST_KUBECONFIG: undefined })
    if (choice.kind !== 'binaries') throw new Error('Run `npm run control-plane` first')
    const { connection, folder, stop } = await hostControlPlane(choice.binaries)
    return new BenchedCluster(connection, folder, () => stop('drop logs'))
  }

  /** A client with connections of its own. */
  client(): KubernetesClient {
    const { server, ...credentials } = this.#connection
    const transport = new NodeTransport({ server, credentials: () => credentials })
    this.#transports.push(transport)
    return new KubernetesClient({ transport })
  }

  store(): KubernetesLeaseStore {
    return new KubernetesLeaseStore({ client: this.client(), clusterId: 'bench' })
  }

  /** What a process takes for the ServiceAccount of its pod; its files go into the folder. */
  podAccount(folder: string): Readonly<Record<string, string>> {
    const { server, token = '', certificateAuthority = '' } = this.#connection
    const { hostname, port } = new URL(server)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'token'), token)
    writeFileSync(join(folder, 'ca.crt'), certificateAuthority)
    return {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folder,
    }
  }

  /** What a function elsewhere is told. A Worker, which takes no authority of ours, never asks. */
  remoteAccount(): Readonly<Record<string, string>> {
    const { server, token = '' } = this.#connection
    return { LOCKSTEP_KUBERNETES_SERVER: server, LOCKSTEP_KUBERNETES_TOKEN: token }
  }

  /** Makes the Leases of some locks. */
  async declare(...locks: readonly string[]): Promise<void> {
    const client = this.client()
    for (const name of locks.flatMap((lock) => [lock, queueLeaseName(lock)])) {
      const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: NAMESPACE },
      }
      await client.call({ method: 'POST', path: LEASES, body })
    }
  }

  /** The store, and raw calls of the API on a Lease of the same size. */
  async benched(): Promise<BenchedStore> {
    const locks = ['renewed', 'acquired', 'refused', 'raw']
    await this.declare(...locks, 'served')
    const client = this.client()
    const path = `${LEASES}/raw`
    let { body } = await client.call({ path })
    return {
      store: this.store(),
      leases: locks.map((name) => ({ namespace: NAMESPACE, name })),
      rawRead: () => client.call({ path }),
      rawWrite: async () => {
        const object = { ...body, spec: { renewTime: microTime() } }
        ;({ body } = await client.call({ method: 'PUT', path, body: object }))
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.#transports) transport.close()
    await this.#stop()
  }
}

const microTime = (): string => new Date().toISOString().replace('Z', '000Z')
