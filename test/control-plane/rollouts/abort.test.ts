import { beforeEach, expect, it } from 'vitest'
import type { Stage } from '../../../rollouts/record.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

const scaling = (step: number): Stage => ({ phase: 'progressing', step, part: 'scaling' })
const live = (step: number): Stage => ({ phase: 'progressing', step, part: 'live' })

describeWithFluxAndNodes('An abort on a real cluster', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux)
  let versions = 0

  beforeEach(() => {
    suite.release.actions.length = 0
  })

  it.each<[name: string, stage: Stage, then: readonly string[]]>([
    ['before the canary has any request', scaling(1), []],
    ['in the first step', live(1), ['abort-finish']],
    ['while the canary grows', scaling(2), ['abort-finish']],
    ['with all requests on the canary', live(3), ['abort-finish']],
    ['while stable changes', { phase: 'promoting' }, ['abort-shift', 'abort-finish']],
    ['while traffic goes back', { phase: 'shifting-back' }, ['abort-shift', 'abort-finish']],
  ])('%s ends where it began, and no request fails', async (_, stage, then) => {
    const { release } = suite
    versions += 1
    await release.publish(`1.5.${versions}`)
    await release.until(`it is ${JSON.stringify(stage)}`, ({ rollout }) =>
      Object.entries(stage).every(([field, value]) => Object(rollout?.stage)[field] === value),
    )
    release.actions.length = 0
    await release.act({ action: 'abort', reason: 'a test' })
    await release.untilRest()

    expect(release.actions).toEqual(then)
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect((await release.record()).heldBack[0]?.reason).toBe('a test')
    expect(release.failures()).toEqual([])
  })
})
