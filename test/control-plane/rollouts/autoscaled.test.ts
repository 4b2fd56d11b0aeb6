import { expect, it } from 'vitest'
import { autoscale } from '../../../constructs/replicas.ts'
import { at } from '../../../manifests/fields.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { deploymentOf } from '../gitops/synced-apps.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

/** What a pod requests, and how much of that it may use, in thousandths of a core. */
const REQUESTED = 250
const TARGET = 0.7

describeWithFluxAndNodes('An autoscaler that moves stable in mid-canary', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, { replicas: autoscale({ min: 3, max: 9, cpu: 70 }) })

  const floorOf = async (name: string) => {
    const metadata = { name, namespace: suite.release.namespace }
    const kind = 'HorizontalPodAutoscaler'
    const found = await cluster.get({ apiVersion: 'autoscaling/v2', kind, metadata })
    return at(found, 'spec', 'minReplicas')
  }

  const floors = async () => [await floorOf('checkout'), await floorOf('checkout-canary')]
  const need = async () => (await suite.release.record()).rollout?.need

  it('raises what both tracks have at least, and an end brings the old floor back', async () => {
    const { release } = suite
    await release.publish('1.4.3')
    await release.until(
      'the first step is live',
      ({ rollout }) => rollout?.stage.phase === 'progressing' && rollout.stage.part === 'live',
    )
    await release.act({ action: 'pause', reason: 'a test' })
    const stable = await cluster.get(deploymentOf(release.namespace, 'checkout'))
    if (stable === undefined) throw new Error('There is no stable')
    await cluster.metrics.set(stable, { cpu: { shared: 6 * REQUESTED * TARGET } })

    // Six pods for the 80 % of the requests that stable still has: eight for all of them. An autoscaler
    // that asks for five on its way raises the floor to seven, and below a floor it says nothing more.
    await release.until(
      'the rollout knows, and the cluster has it',
      ({ rollout }) =>
        rollout !== undefined &&
        rollout.need >= 7 &&
        release.seen?.observation?.stable.ready === rollout.need,
    )
    expect(release.actions).toContain('raise')
    expect(await floors()).toEqual([await need(), 2])

    await release.act({ action: 'resume' })
    await release.until(
      'all requests are on the canary',
      ({ rollout }) =>
        rollout?.stage.phase === 'progressing' &&
        rollout.stage.step === 3 &&
        rollout.stage.part === 'live',
    )
    expect(await floors()).toEqual([await need(), await need()])
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.3')))
    await release.untilWithoutCanary('1.4.3')
    expect(await floorOf('checkout')).toBe(3)
    expect(release.failures()).toEqual([])
  })
})
