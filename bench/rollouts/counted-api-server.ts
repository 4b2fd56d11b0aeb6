import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { type ListeningServer, listening } from '../../test/kubernetes/listening-server.ts'
import { selfMadeCertificate } from '../../test/kubernetes/self-made-certificate.ts'

const TOKEN = 'of-nobody'

/** Has nothing, and counts who asks: what is at rest has no reason to ask an API server. */
export class CountedApiServer implements AsyncDisposable {
  requests = 0
  readonly #certificate: string
  #server: ListeningServer | undefined

  private constructor(certificate: string) {
    this.#certificate = certificate
  }

  static async start(): Promise<CountedApiServer> {
    const { certificate, key } = selfMadeCertificate()
    const counted = new CountedApiServer(certificate)
    const server = createServer({ cert: certificate, key }, (_, response) => {
      counted.requests += 1
      response.writeHead(404).end()
    })
    counted.#server = await listening(server)
    return counted
  }

  get #port(): number {
    return this.#server?.port ?? Number.NaN
  }

  /** What a process takes for the ServiceAccount of its pod; its files go into the folder. */
  podAccount(folder: string): Readonly<Record<string, string>> {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'token'), TOKEN)
    writeFileSync(join(folder, 'ca.crt'), this.#certificate)
    return {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(this.#port),
      LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folder,
    }
  }

  /** The cluster of a target, as a function elsewhere is told it. */
  remoteCluster(folder: string): object {
    this.podAccount(folder)
    return {
      kind: 'remote',
      server: `https://127.0.0.1:${this.#port}`,
      token: { file: join(folder, 'token') },
      certificateAuthority: { file: join(folder, 'ca.crt') },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close()
  }
}
