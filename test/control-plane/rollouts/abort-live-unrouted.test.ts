import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import { fixed } from '../../../constructs/replicas.ts'
import { at } from '../../../manifests/fields.ts'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { OnCall, RIGHTS_ON_PODS } from './on-call.ts'
import { releaseOfSuite } from './release-of-suite.ts'

describeWithFluxAndNodes('lockstep rollout abort --live without a router', (cluster, flux) => {
  const app = { replicas: fixed(4), steps: [{ weight: 25, hold: Duration.hours(1) }] }
  const suite = releaseOfSuite(cluster, flux, app, { isRouted: false })
  const onCall = new OnCall(cluster, flux, sharedFolder())

  const pods = async (name: string): Promise<readonly unknown[]> => {
    const deployment = await suite.release.live('Deployment', name)
    return [at(deployment?.spec, 'replicas'), at(deployment?.status, 'readyReplicas')]
  }

  it('gives stable its pods, takes those of the canary, and gives back what has none any more', async () => {
    const { release } = suite
    const kubeconfig = await onCall.kubeconfig('on-call', RIGHTS_ON_PODS)
    await release.publish('1.4.3')
    await release.untilLive()
    expect(await pods('checkout')).toEqual([3, 3])
    release.actions.length = 0

    await release.withoutGit(async () => {
      const ended = await onCall.abort(kubeconfig)
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      expect(ended.stdout).toContain('/prod-workloads is suspended until it is settled\n')
      await release.reconcile()
      expect(await pods('checkout')).toEqual([4, 4])
      expect((await pods('checkout-canary'))[0]).toBe(0)
    })
    await release.untilRest()
    expect(release.actions).toEqual(['abort', 'abort-finish'])
    const command = `lockstep rollout settle ${onCall.app} --env prod\n`
    expect((await onCall.ls()).stdout).toMatch(
      new RegExp(`/prod-workloads may still be suspended since .*: ${command}$`),
    )
    expect((await onCall.show(kubeconfig)).stdout).toMatch(
      new RegExp(
        `/prod-workloads is suspended since ${onCall.app} was aborted .*, until ${command}`,
      ),
    )

    const settled = await onCall.settle(kubeconfig)
    expect(settled).toMatchObject({ code: 0, stderr: '' })
    expect(settled.stdout).toContain('The branch knows that it is settled, as ')
    for (const { stdout } of [await onCall.ls(), await onCall.show(kubeconfig)]) {
      expect(stdout).not.toMatch(/may still be|unsettled/)
    }
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect(await pods('checkout')).toEqual([4, 4])
  })
})
