import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConnectedClient, connect } from '../../control-plane/connected-client.ts'
import type { Connection } from '../../control-plane/connection.ts'
import type { ApiBinaries } from '../../control-plane/programs.ts'
import { newRunFolder } from '../../control-plane/run-folder.ts'
import { type ApiServer, startApiServer } from '../../control-plane/start-api-server.ts'
import { type Etcd, startEtcd } from '../../control-plane/start-etcd.ts'

/** An API server of its own, that can be killed, and put back, without anybody else noticing. */
export class RestartedApiServer implements AsyncDisposable {
  readonly #binaries: ApiBinaries
  readonly #folder: string
  #etcd: Etcd
  #server: ApiServer
  #admin: ConnectedClient

  private constructor(binaries: ApiBinaries, folder: string, etcd: Etcd, server: ApiServer) {
    this.#binaries = binaries
    this.#folder = folder
    this.#etcd = etcd
    this.#server = server
    this.#admin = connect(server.connection)
  }

  static async start(binaries: ApiBinaries): Promise<RestartedApiServer> {
    const folder = await newRunFolder()
    const etcd = await startEtcd(binaries.etcd, folder)
    const { address: etcdAddress } = etcd
    const server = await startApiServer(binaries['kube-apiserver'], folder, { etcdAddress })
    return new RestartedApiServer(binaries, folder, etcd, server)
  }

  get connection(): Connection {
    return this.#server.connection
  }

  async declare(namespace: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#admin.client.call({
        method: 'POST',
        path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
        body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } },
      })
    }
  }

  /** As somebody who has nothing to do with the lock. */
  async label(namespace: string, name: string): Promise<void> {
    await this.#admin.client.call({
      method: 'PATCH',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { seen: String(Date.now()) } } },
    })
  }

  /** As a crash of its machine; it is back when this settles. */
  async restart(): Promise<void> {
    const { process: server } = this.#server
    process.kill(server.pid, 'SIGKILL')
    await server.ended
    await this.#startAgain()
  }

  /** Keeps a copy of all that it knows. */
  async backUp(): Promise<void> {
    await this.#whileStopped((data) => cp(data, `${data}.copy`, { recursive: true }))
  }

  /** Puts the copy in place of what it knows by now. */
  async restore(): Promise<void> {
    await this.#whileStopped(async (data) => {
      await rm(data, { recursive: true })
      await cp(`${data}.copy`, data, { recursive: true })
    })
  }

  async #whileStopped(change: (data: string) => Promise<void>): Promise<void> {
    await this.#server.process.stop()
    await this.#etcd.process.stop()
    await change(join(this.#folder, 'etcd'))
    this.#etcd = await startEtcd(this.#binaries.etcd, this.#folder)
    await this.#startAgain()
  }

  async #startAgain(): Promise<void> {
    const { connection } = this.#server
    this.#server = await startApiServer(this.#binaries['kube-apiserver'], this.#folder, {
      etcdAddress: this.#etcd.address,
      again: connection,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admin.transport.close()
    await this.#server.process.stop()
    await this.#etcd.process.stop()
    await rm(this.#folder, { recursive: true })
  }
}
