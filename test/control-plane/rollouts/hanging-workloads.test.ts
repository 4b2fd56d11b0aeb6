import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { isHung, setRoom } from './hung-sync.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('While the workloads of a canary hang', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {}, { sync: { wait: true } })

  const hangs = () => isHung(flux.flux, 'prod-workloads')

  it('an abort sends all requests to stable all the same', async () => {
    const { release } = suite
    await release.publish('1.4.3')
    await release.until(
      'the canary is to grow',
      ({ rollout }) =>
        rollout?.stage.phase === 'progressing' &&
        rollout.stage.step === 1 &&
        rollout.stage.part === 'live',
    )
    await setRoom(cluster, false)
    await release.until('its pods are missing', () =>
      release.reasons.some((reason) => /-canary has 2 of 3 pods ready$/.test(reason)),
    )
    await eventually('the sync of workloads hangs', hangs, Boolean)

    await release.act({ action: 'abort', reason: 'a test' })
    await eventually(
      'stable has all requests',
      () => release.weight(),
      (weight) => weight === 0,
    )
    expect(await hangs()).toBe(true)

    await setRoom(cluster, true)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect(release.failures()).toEqual([])
  })
})
