import { expect, it } from 'vitest'
import { at } from '../../../manifests/fields.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { Autoscaled, TARGET_PERCENT } from './autoscaled.ts'
import { conditionOf } from './conditions.ts'

describeWithNodes('An autoscaled deployment that need not wait before it shrinks', (cluster) => {
  it('has as many pods as the use of those before asks for, rounded up', async () => {
    const web = await Autoscaled.deploy(cluster, {
      min: 2,
      max: 10,
      patch: ({ spec }) => {
        spec.minReplicas = 1
        spec.behavior.scaleDown.stabilizationWindowSeconds = 0
        spec.behavior.scaleDown.policies = [{ type: 'Percent', value: 100, periodSeconds: 15 }]
      },
    })

    await web.settle(10 * TARGET_PERCENT, 10)
    await web.settle(10 * 25, 5)
    await web.settle(5 * 40, 4)
    // Within a tenth of the target, and then beyond that but not by a whole pod.
    await web.settle(4 * 45, 4)
    await web.settle(4 * 44, 4)
    await web.settle(4 * 30, 3)
    await web.settle(3 * 90, 6)
    await web.settle(6 * 5, 1)
    await web.settle(1 * 120, 3)

    expect(await web.replicas()).toBe(3)
  })
})

describeWithNodes('An autoscaled deployment whose wait is over', (cluster) => {
  it('loses a tenth of its pods and then pauses', async () => {
    const web = await Autoscaled.deploy(cluster, {
      min: 3,
      max: 20,
      initially: 20,
      patch: ({ spec }) => {
        spec.behavior.scaleDown.stabilizationWindowSeconds = 0
      },
    })
    await web.use(20 * 5)

    const decided = await cluster.until(web.autoscaler, function isSlowedDown(autoscaler) {
      return conditionOf(autoscaler, 'ScalingLimited')?.reason === 'ScaleDownLimit'
    })
    expect(conditionOf(decided, 'ScalingLimited')?.status).toBe('True')
    await cluster.until(web.autoscaler, function hasShrunkByATenth({ status }) {
      return at(status, 'currentReplicas') === 18
    })
    expect(await web.replicas()).toBe(18)
  })
})
