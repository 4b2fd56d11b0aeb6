import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import {
  leaveServedCluster,
  type ServedCluster,
  serveFromCluster,
} from '../functions/bundles/served-cluster.ts'
import { type Ask, itServesLocks } from '../functions/bundles/served-locks-contract.ts'
import { sharedFolder } from '../gitops/shared-folder.ts'
import { selfMadeCertificate } from '../kubernetes/self-made-certificate.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const folder = sharedFolder()

describeWithCluster('lockstep serve by HTTPS, from a kubeconfig', (cluster) => {
  const { certificate, key } = selfMadeCertificate()
  let served: ServedCluster
  let server: BundleProcess
  let address: string

  beforeAll(async () => {
    served = await serveFromCluster(cluster)
    const files = {
      kubeconfig: writeKubeconfig({ ...served.connection, token: served.functionsToken }),
      'tls.crt': certificate,
      'tls.key': key,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const { LOCKSTEP_CLUSTER_ID: clusterId, ...env } = served.env
    server = new BundleProcess({
      program: process.execPath,
      args: [
        ...[MAIN, 'serve', '--listen=127.0.0.1:0', '--kubeconfig=kubeconfig'],
        ...[`--cluster-id=${clusterId}`, '--tls-certificate=tls.crt', '--tls-key=tls.key'],
      ],
      env,
      cwd: folder,
    })
    address = await server.untilSaid(/"address":"(https:[^"]+)"/)
  })
  afterAll(async () => {
    await server.kill()
    await leaveServedCluster(cluster)
  })

  /** As `fetch`, which takes no authority of ours. */
  const ask: Ask = (path, { method = 'GET', headers = {}, body } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const asking = request(`${address}${path}`, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ca: certificate,
      agent: false,
    })
    asking.once('error', reject)
    asking.once('response', async (answer) => {
      const status = answer.statusCode ?? 0
      const bytes = await buffer(answer)
      const init = { status, headers: answer.headers as Record<string, string> }
      resolve(new Response(bytes.length === 0 ? null : bytes, init))
    })
    asking.end(body)
    return promise
  }

  itServesLocks(() => served, ask)
})
