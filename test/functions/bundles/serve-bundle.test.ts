import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { builtBundle } from './built-bundle.ts'
import { BundleProcess } from './bundle-process.ts'
import { type PodAccount, podAccount } from './pod-account.ts'
import { leaveServedCluster, type ServedCluster, serveFromCluster } from './served-cluster.ts'
import { itServesLocks } from './served-locks-contract.ts'

describeWithCluster('The bundle serve in Node, on a real API server', (cluster) => {
  const bundle = builtBundle('serve')
  let served: ServedCluster
  let server: BundleProcess
  let address: string
  let account: PodAccount

  beforeAll(async () => {
    served = await serveFromCluster(cluster)
    account = podAccount(served)
    server = start(served.env)
    address = await server.untilSaid(/"address":"([^"]+)"/)
  })
  afterAll(async () => {
    await server.kill()
    account.remove()
    await leaveServedCluster(cluster)
  })

  const start = (env: Readonly<Record<string, string>>): BundleProcess =>
    new BundleProcess({
      program: process.execPath,
      args: [bundle().file],
      env: { ...account.env, LOCKSTEP_LISTEN: '127.0.0.1:0', ...env },
    })

  itServesLocks(
    () => served,
    (path, init) => fetch(`${address}${path}`, init),
  )

  it('counts for Prometheus', async () => {
    const page = await (await fetch(`${address}/metrics`)).text()
    expect(page).toMatch(/^lockstep_http_request_duration_seconds_count\{.*status="201".*\} [1-9]/m)
  })

  it('says no token, in its log or anywhere', async () => {
    for (const token of [served.functionsToken, served.workerToken, served.onlookerToken]) {
      expect(server.output).not.toContain(token)
    }
  })

  it('stops when it is told to, and ends well', async () => {
    const other = start({ ...served.env, LOCKSTEP_DRAIN_SECONDS: '0' })
    await other.untilSaid(/"address":"([^"]+)"/)
    other.signal('SIGTERM')
    expect(await other.ended).toBe(0)
    expect(other.output).toContain('"message":"Stopped"')
  })

  it('does not start for others if nobody is asked who they are', async () => {
    const other = start({ LOCKSTEP_LISTEN: ':0' })
    expect(await other.ended).toBe(2)
    expect(other.output).toContain('LOCKSTEP_LISTEN: others can reach that')
  })
})

describe('The bundle serve', () => {
  const bundle = builtBundle('serve')

  it('says where it has to run', async () => {
    const server = new BundleProcess({ program: process.execPath, args: [bundle().file] })
    expect(await server.ended).toBe(2)
    expect(server.output).toMatch(/^error: KUBERNETES_SERVICE_HOST is not set: /)
  })
})
