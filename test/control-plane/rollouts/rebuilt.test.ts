import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('A cluster that is lost in mid-canary', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux)

  it('has the weights of Git at once when it is built again, and goes on', async () => {
    const { release } = suite
    await release.publish('1.4.3')
    await release.until(
      'the second step is live',
      ({ rollout }) =>
        rollout?.stage.phase === 'progressing' &&
        rollout.stage.step === 2 &&
        rollout.stage.part === 'live',
    )
    await eventually(
      'it has its requests',
      () => release.weight(),
      (weight) => weight === 80,
    )
    // What is still being applied would come back by itself.
    await flux.flux.untilApplied()
    await release.wipe()
    release.actions.length = 0
    for (let looks = 0; looks < 10; looks++) {
      await release.tick()
      await sleep(100)
    }
    expect(release.actions).toEqual([])
    expect(release.reasons).toContain(`Deployment ${release.namespace}/checkout is not there`)

    await release.reconcile()
    const first = await eventually(
      'there is a route again',
      () => release.weight(),
      (weight) => weight !== undefined,
    )
    expect(first).toBe(80)
    await release.untilRest()
    expect(release.actions).toEqual(['shift', 'promote', 'shift-back', 'finish'])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
  })
})
