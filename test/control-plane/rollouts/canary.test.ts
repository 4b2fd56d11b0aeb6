import { expect, it } from 'vitest'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'
import { WHOLE_RELEASE } from './whole-release.ts'

describeWithFluxAndNodes('A canary on a real cluster', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux)

  it('goes step by step from commit to traffic, and no request fails', async () => {
    const { release } = suite
    await release.publish('1.4.3')
    await release.untilRest()

    expect(release.actions).toEqual(WHOLE_RELEASE)
    expect(release.history()).toEqual(['queue', ...release.actions])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
    expect(release.failures()).toEqual([])
  })

  it('goes back to what ran before: capacity first, then all requests, then stable', async () => {
    const { release } = suite
    const revision = (await release.record()).former[0]
    if (revision === undefined) throw new Error('There is nothing to go back to')
    release.actions.length = 0
    await release.act({ action: 'rollback', revision })
    await release.untilRest()

    expect(release.actions).toEqual(['start', 'shift', 'promote', 'shift-back', 'finish'])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect(release.failures()).toEqual([])
  })
})
