import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { BUNDLES, writeBundle } from '../../scripts/bundles.ts'
import { BundleProcess } from '../../test/functions/bundles/bundle-process.ts'
import type { BenchedCluster } from './benched-cluster.ts'
import type { Call } from './timed-calls.ts'

const HOLDS = '/v1/locks/default/served/holds'

export const HTTP_RENEW = 'renew by HTTP'
/** What any request costs, whatever it is about. */
export const HTTP_HOP = 'HTTP alone'

/** The function in a process of its own, as the image runs it. */
export class ServedLocks implements AsyncDisposable {
  readonly #process: BundleProcess
  readonly #address: URL
  readonly #token: string
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(process: BundleProcess, address: URL, token: string) {
    this.#process = process
    this.#address = address
    this.#token = token
  }

  static async start(cluster: BenchedCluster, folder: string): Promise<ServedLocks> {
    const { file } = await writeBundle(BUNDLES.serve, folder)
    const token = randomBytes(24).toString('hex')
    const process = new BundleProcess({
      program: globalThis.process.execPath,
      args: [file],
      env: { ...cluster.podAccount(folder), ...accessOf(token) },
    })
    const address = new URL(await process.untilSaid(/"address":"([^"]+)"/))
    return new ServedLocks(process, address, token)
  }

  /** What a caller without memory does with a hold of its own, which is one write of the store. */
  async calls(reference: string): Promise<readonly Call[]> {
    const path = `${HOLDS}/${randomUUID()}`
    let { handle } = await this.#send('PUT', path, undefined, { ttlSeconds: 3600 })
    return [
      { name: HTTP_HOP, run: () => this.#send('GET', '/healthz') },
      {
        name: HTTP_RENEW,
        reference,
        run: async () => {
          ;({ handle } = await this.#send('POST', `${path}/renew`, handle))
        },
      },
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    await this.#process.kill()
  }

  #send(method: string, path: string, handle?: string, body?: object): Promise<HoldAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HoldAnswer>()
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
      ...(handle !== undefined && { 'lock-token': handle }),
    }
    const { hostname, port } = this.#address
    const sent = request(
      { hostname, port, path, method, headers, agent: this.#agent },
      (answer) => {
        text(answer).then((said) => {
          if ((answer.statusCode ?? 0) >= 300) reject(new Error(said))
          else resolve(handle === undefined && body === undefined ? {} : JSON.parse(said))
        }, reject)
      },
    )
    sent.once('error', reject)
    sent.end(body && JSON.stringify(body))
    return promise
  }
}

/** As far as the next request needs it. */
interface HoldAnswer {
  readonly handle?: string
}

/** One caller, known by its token, who may do everything. */
export function accessOf(token: string): Readonly<Record<string, string>> {
  const sha256 = createHash('sha256').update(token).digest('hex')
  const rule = { names: ['bench'], verbs: ['hold'], locks: ['default/*'] }
  return {
    LOCKSTEP_LISTEN: '127.0.0.1:0',
    LOCKSTEP_CLUSTER_ID: 'bench',
    LOCKSTEP_HANDLE_KEYS: randomBytes(32).toString('base64'),
    LOCKSTEP_STATIC_TOKENS: JSON.stringify({ tokens: [{ name: 'bench', sha256 }] }),
    LOCKSTEP_POLICY: JSON.stringify({ rules: [rule] }),
  }
}
