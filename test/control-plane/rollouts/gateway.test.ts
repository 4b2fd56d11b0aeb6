import { setTimeout as sleep } from 'node:timers/promises'
import { Duration } from 'cdk8s'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { gatewayApi } from '../../../constructs/gateway-api.ts'
import type { RecordSpec } from '../../../rollouts/record.ts'
import { writtenAtMs } from '../../../rollouts/written-at.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { releaseOfSuite } from './release-of-suite.ts'

const isLive = ({ rollout }: RecordSpec): boolean =>
  rollout?.stage.phase === 'progressing' && rollout.stage.part === 'live'

const SETTLE_MS = 3000

describeWithFluxAndNodes('A canary behind a gateway that is not at its best', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    traffic: gatewayApi({
      gateway: 'public',
      hostname: 'checkout.example.com',
      settle: Duration.millis(SETTLE_MS),
    }),
  })
  let versions = 0

  beforeEach(async () => {
    versions += 1
    await suite.release.publish(`1.5.${versions}`)
  })
  afterEach(async () => {
    const { release } = suite
    Object.assign(release.gateway, { looksAfterMs: 0, proxyLagMs: 0, isAwake: true, accepts: true })
    await release.gateway.lookAgain()
    const { rollout } = await release.record()
    if (rollout !== undefined) await release.act({ action: 'abort', reason: 'the test is over' })
    await release.untilRest()
    release.actions.length = 0
  })

  const untilReason = (reason: RegExp) =>
    suite.release.until(`it waits for ${reason}`, () =>
      suite.release.reasons.some((each) => reason.test(each)),
    )
  const waitsOn = async (looks: number) => {
    const { release } = suite
    const before = [...release.actions]
    for (let look = 0; look < looks; look++) {
      await release.tick()
      await sleep(100)
    }
    expect(release.actions).toEqual(before)
  }

  it('waits for one that is slow, and counts from when it had looked', async () => {
    const { release } = suite
    release.gateway.looksAfterMs = 2500
    await release.until('the route is committed', isLive)
    await untilReason(/^Gateway .*\/public has not looked at HTTPRoute .*\/checkout since/)
    await untilReason(/^HTTPRoute .*\/checkout settles until/)
    const liveSinceMs = await release.untilLive()
    const { atMs } = release.seen!.observation!
    const route = await release.live('HTTPRoute', 'checkout')
    // Times in objects are cut off to seconds.
    const lookedMs = writtenAtMs(route!, 'spec')! + release.gateway.looksAfterMs - 1000
    expect(liveSinceMs).toBeGreaterThanOrEqual(lookedMs)
    expect(liveSinceMs).toBeLessThanOrEqual(atMs - SETTLE_MS)
  })

  it('waits for one that never accepts', async () => {
    const { release } = suite
    release.gateway.accepts = false
    await release.until('the route is committed', isLive)
    await untilReason(/^Gateway .* does not accept HTTPRoute .*: NotAllowedByListeners/)
    await waitsOn(10)
    expect(release.failures()).toEqual([])
  })

  it('waits for one that has lost what it said', async () => {
    const { release } = suite
    await release.until('the route is committed', isLive)
    await release.gateway.loseStatus('checkout')
    await untilReason(/^Gateway .* has said nothing of HTTPRoute/)
    await waitsOn(10)
  })

  it('leaves the canary its pods while the gateway does not take the abort', async () => {
    const { release } = suite
    await release.untilLive()
    release.gateway.isAwake = false
    await release.act({ action: 'abort', reason: 'a test' })
    await untilReason(/^Gateway .* has not looked at HTTPRoute/)
    await waitsOn(10)
    expect(await release.live('Deployment', 'checkout-canary')).toBeDefined()
    expect(release.failures()).toEqual([])
  })

  it('leaves the canary its pods until late proxies have settled', async () => {
    const { release } = suite
    await release.untilLive()
    release.gateway.proxyLagMs = SETTLE_MS - 1500
    await release.act({ action: 'abort', reason: 'a test' })
    await release.untilRest()
    await release.untilWithoutCanary('1.4.2')
    expect(release.failures()).toEqual([])
  })
})
