import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { fixed } from '../../../constructs/replicas.ts'
import { at } from '../../../manifests/fields.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('A canary without a router on a real cluster', (cluster, flux) => {
  const app = {
    replicas: fixed(4),
    steps: [
      { weight: 25, hold: Duration.seconds(2) },
      { weight: 50, hold: Duration.seconds(2) },
    ],
  }
  const suite = releaseOfSuite(cluster, flux, app, { isRouted: false })

  const readyPods = async (name: string): Promise<unknown> =>
    at(await suite.release.live('Deployment', name), 'status', 'readyReplicas')

  it('shares requests by its ready pods, from when they are ready', async () => {
    const { release } = suite
    await release.publish('1.4.3')
    const liveSinceMs = await release.untilLive()
    const { rollout } = await release.record()
    // Times in objects are cut off to seconds.
    expect(liveSinceMs).toBeGreaterThan(Date.parse(rollout?.startedAt ?? '') - 1000)
    expect(await readyPods('checkout-canary')).toBe(1)
    expect(await readyPods('checkout')).toBe(3)

    await release.untilRest()
    expect(release.actions).toEqual(['start', 'scale', 'scale', 'promote', 'shift-back', 'finish'])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
    expect(await readyPods('checkout')).toBe(4)
  })

  it('has all pods of stable again before an abort takes the canary away', async () => {
    const { release } = suite
    await release.publish('1.4.4')
    await release.until(
      'it has half of the pods',
      ({ rollout }) => rollout?.stage.phase === 'progressing' && rollout.stage.step === 2,
    )
    await release.until('they are ready', () => release.seen?.observation?.canary.ready === 2)
    release.actions.length = 0
    await release.act({ action: 'abort', reason: 'a test' })
    await release.until('stable is whole', () => release.actions.includes('abort-finish'))
    expect(await readyPods('checkout')).toBe(4)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
  })
})
