import { expect, it } from 'vitest'
import { at, items, text } from '../../../manifests/fields.ts'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('While the workloads of a canary hang', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {}, { sync: { wait: true } })

  /** Whether new pods find a node. */
  const setRoom = async (isThere: boolean): Promise<void> => {
    for (const { name } of cluster.allNodes) {
      const { status } = await cluster.send({
        method: 'PATCH',
        path: `/api/v1/nodes/${name}`,
        body: { spec: { unschedulable: isThere ? null : true } },
        contentType: 'application/merge-patch+json',
      })
      expect(status).toBe(200)
    }
  }
  const waitsForHealth = async (): Promise<boolean> => {
    const { status } = await flux.flux.kustomization('prod-workloads')
    const reconciling = items(at(status, 'conditions')).find(
      (condition) => at(condition, 'type') === 'Reconciling',
    )
    return text(at(reconciling, 'message'))?.startsWith('Running health checks') ?? false
  }

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
    await setRoom(false)
    await release.until('its pods are missing', () =>
      release.reasons.some((reason) => /-canary has 2 of 3 pods ready$/.test(reason)),
    )
    await eventually('the sync of workloads hangs', waitsForHealth, Boolean)

    await release.act({ action: 'abort', reason: 'a test' })
    await eventually(
      'stable has all requests',
      () => release.weight(),
      (weight) => weight === 0,
    )
    expect(await waitsForHealth()).toBe(true)

    await setRoom(true)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect(release.failures()).toEqual([])
  })
})
