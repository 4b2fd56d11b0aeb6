import { beforeAll, expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { Autoscaled, TARGET_PERCENT } from './autoscaled.ts'
import { conditionOf, isRolledOut } from './conditions.ts'

describeWithNodes('An autoscaled deployment', (cluster) => {
  let web: Autoscaled
  beforeAll(async () => {
    web = await Autoscaled.deploy(cluster, { min: 3, max: 9 })
  })

  it('goes from the one pod of a new Deployment to its minimum', async () => {
    await web.settle(3 * TARGET_PERCENT, 3)
    expect(await web.replicas()).toBe(3)
  })

  it('stays as it is within a tenth of the target', async () => {
    await web.settle(3 * 54, 3)
    expect(await web.replicas()).toBe(3)
  })

  it('grows by as much as is used beyond the target, rounded up', async () => {
    await web.settle(3 * 56, 4)
    expect(await web.replicas()).toBe(4)
    await web.settle(4 * 75, 6)
    expect(await web.replicas()).toBe(6)
  })

  it('keeps its size when Git is applied again', async () => {
    const before = await cluster.get(web.deployment)

    await cluster.apply(web.manifests)

    expect(await web.replicas()).toBe(6)
    expect((await cluster.get(web.deployment))?.metadata.generation).toBe(
      before?.metadata.generation,
    )
  })

  it('keeps its size through a new revision', async () => {
    const next = JSON.parse(JSON.stringify(web.deployment).replaceAll('1.4.2', '1.4.3'))
    const history = await cluster.pods(web.deployment).watch()

    await cluster.apply([next])
    await cluster.until(next, isRolledOut, 120)

    expect(await web.replicas()).toBe(6)
    expect(history.fewestServing).toBe(6)
  })

  it('grows to its maximum and no further, and says so', async () => {
    const decided = await web.settle(3000, 9)
    expect(await web.replicas()).toBe(9)
    expect(conditionOf(decided, 'ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'TooManyReplicas',
    })
  })

  it('keeps its size for a while when less is used', async () => {
    await web.use(9 * 10)

    await cluster.until(web.autoscaler, function waitsBeforeItShrinks(seen) {
      return conditionOf(seen, 'AbleToScale')?.reason === 'ScaleDownStabilized'
    })
    expect(await web.replicas()).toBe(9)
  })
})
