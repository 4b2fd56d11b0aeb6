import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { LeaderDocument } from '../../../cli/leader-document.ts'
import { compareTokens, type FencingToken, parseToken } from '../../../leases/fencing-token.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { freePort } from '../../control-plane/free-port.ts'
import { builtBundle } from './built-bundle.ts'
import { BundleProcess } from './bundle-process.ts'
import { type PodAccount, podAccount } from './pod-account.ts'
import { LOCK, leaveServedCluster, type ServedCluster, serveFromCluster } from './served-cluster.ts'

describeWithCluster('The bundle elect in Node, on a real API server', (cluster) => {
  const bundle = builtBundle('elect')
  let served: ServedCluster
  let account: PodAccount

  beforeAll(async () => {
    served = await serveFromCluster(cluster)
    account = podAccount(served)
  })
  afterAll(async () => {
    account.remove()
    await leaveServedCluster(cluster)
  })

  async function start(pod: string) {
    const port = await freePort()
    const elector = new BundleProcess({
      program: process.execPath,
      args: [bundle().file, '--work=cooperative', `--port=${port}`, '--cluster-id=test'],
      env: {
        ...account.env,
        LEASE_NAME: LOCK,
        LEASE_NAMESPACE: served.namespace,
        LEASE_DURATION: '15s',
        RENEW_DEADLINE: '10s',
        RETRY_PERIOD: '2s',
        POD_NAME: pod,
        POD_UID: `uid-of-${pod}`,
      },
    })
    onTestFinished(() => elector.kill())
    return { elector, address: `http://127.0.0.1:${port}` }
  }

  const untilLeading = (address: string): Promise<FencingToken> =>
    eventually(
      `${address} leads`,
      async () => {
        const answer = await fetch(`${address}/leader`).catch(() => undefined)
        const said = (await answer?.json()) as LeaderDocument | undefined
        return parseToken(said?.fencingToken ?? '') as FencingToken
      },
      (token) => token !== undefined,
    )

  it('lets one lead, and the next when that one is stopped', async () => {
    const first = await start('one')
    const token = await untilLeading(first.address)
    expect(token.epoch).toBe('test.1')
    const second = await start('two')
    first.elector.signal('SIGTERM')
    expect(await first.elector.ended).toBe(0)
    expect(compareTokens(await untilLeading(second.address), token)).toBeGreaterThan(0)
    second.elector.signal('SIGTERM')
    expect(await second.elector.ended).toBe(0)
  })
})
