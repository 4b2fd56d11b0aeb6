import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'
import { WHOLE_RELEASE } from './whole-release.ts'

const APART_MS = 5 * 60_000

describeWithFluxAndNodes('Two functions whose clocks are minutes apart', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux)

  it('do each step once, at the time of the cluster', async () => {
    const { release } = suite
    await using other = await release.anotherPlace()
    let isOver = false
    const looking = (async () => {
      while (!isOver) {
        await release.tick({ place: other, now: () => Date.now() + APART_MS })
        await sleep(50)
      }
    })()
    await release.publish('1.4.3')
    await release.untilRest().finally(() => {
      isOver = true
    })
    await looking

    // Both may make the very same commit at the same time, which is then one.
    expect(release.history()).toEqual(['queue', ...WHOLE_RELEASE])
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
    expect(release.failures()).toEqual([])
  })
})
