import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { OidcTestIssuer } from '../identity/oidc-test-issuer.ts'
import { builtBundle } from './built-bundle.ts'
import type { BundleProcess } from './bundle-process.ts'
import { leaveServedCluster, type ServedCluster, serveFromCluster } from './served-cluster.ts'
import { itServesLocks } from './served-locks-contract.ts'
import { startWorkerd } from './workerd.ts'

const addressOf = async (worker: BundleProcess): Promise<string> =>
  `http://127.0.0.1:${await worker.untilSaid(/"event":"listen".*"port":(\d+)/)}`

describeWithCluster('The bundle workers in workerd, on a real API server', (cluster) => {
  const bundle = builtBundle('workers')
  let served: ServedCluster
  let worker: BundleProcess
  let address: string
  let issuer: OidcTestIssuer

  beforeAll(async () => {
    served = await serveFromCluster(cluster)
    issuer = await OidcTestIssuer.start()
    const { server, certificateAuthority: trusted } = served.connection
    const variables = {
      ...served.env,
      LOCKSTEP_KUBERNETES_SERVER: server,
      LOCKSTEP_KUBERNETES_TOKEN: served.functionsToken,
      LOCKSTEP_OIDC_ISSUERS: JSON.stringify({
        issuers: [{ issuer: issuer.address, audience: 'a', prefix: 'ci:', requiredClaims: {} }],
      }),
    }
    worker = startWorkerd({ file: bundle().file, variables, trusted })
    address = await addressOf(worker)
  })
  afterAll(async () => {
    await worker.kill()
    await issuer.stop()
    await leaveServedCluster(cluster)
  })

  itServesLocks(
    () => served,
    (path, init) => fetch(`${address}${path}`, init),
  )

  it('answers many who come at once, though none may wait for what another one does', async () => {
    const token = await issuer.sign({ sub: 'pipeline', aud: 'a' })
    const headers = { authorization: `Bearer ${token}` }
    const asked = Array.from({ length: 20 }, (_, number) =>
      fetch(`${address}/v1/locks/${served.namespace}/lock-${number}`, { headers }),
    )
    for (const answer of asked) {
      const { status } = await answer
      // Known, and without rights.
      expect(status).toBe(403)
    }
  })
})

describe('The bundle workers in workerd', () => {
  const bundle = builtBundle('workers')

  it('says in its log why it offers no locks, and to others that it does not', async () => {
    const worker = startWorkerd({ file: bundle().file, variables: {} })
    onTestFinished(() => worker.kill())
    const response = await fetch(`${await addressOf(worker)}/v1/locks/shop/import`)
    const problem = await response.json()
    expect([response.status, problem]).toMatchObject([503, { code: 'NOT_READY', retryable: false }])
    expect(JSON.stringify(problem)).not.toContain('LOCKSTEP_')
    await worker.untilSaid(/Locks are not offered/)
    for (const name of ['KUBERNETES_SERVER', 'KUBERNETES_TOKEN', 'CLUSTER_ID', 'HANDLE_KEYS']) {
      expect(worker.output).toContain(`LOCKSTEP_${name}`)
    }
    expect(worker.output).toContain('Nobody would be let in')
  })

  it('does not pretend to trust an authority of ours', async () => {
    const variables = {
      LOCKSTEP_KUBERNETES_SERVER: 'https://api.example.com',
      LOCKSTEP_KUBERNETES_TOKEN: 'secret',
      LOCKSTEP_KUBERNETES_CA: '-----BEGIN CERTIFICATE-----',
      LOCKSTEP_CLUSTER_ID: 'test',
    }
    const worker = startWorkerd({ file: bundle().file, variables })
    onTestFinished(() => worker.kill())
    expect((await fetch(`${await addressOf(worker)}/readyz`)).status).toBe(503)
    await worker.untilSaid(/LOCKSTEP_KUBERNETES_CA: A Worker trusts whom everybody trusts/)
  })
})
