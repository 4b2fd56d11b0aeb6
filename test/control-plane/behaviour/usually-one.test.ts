import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { isRolledOut } from './conditions.ts'
import { deploySingleton, nodeOf, onlyName, singletonObjects, untilPods } from './singleton.ts'

describeWithNodes('Usually one', (cluster) => {
  it('ends the old pod before the new one for a new revision', async () => {
    const { workload, history } = await deploySingleton(cluster, 'usually-one', 'feed')
    await cluster.apply(await singletonObjects(cluster, 'usually-one', 'feed', '2.0.0'))
    await cluster.until(workload, isRolledOut)
    expect(history.mostRunning).toBe(1)
  })

  it('has two for as long as a pod that was killed takes to end', async () => {
    const { pods, history } = await deploySingleton(cluster, 'usually-one', 'killed')
    await pods.delete(await onlyName(pods))
    await untilPods(
      'there is one again',
      pods,
      (now) => now.length === 1 && now[0]?.isReady === true && !now[0].isEnding,
    )
    expect([history.mostRunning, history.mostNotEnding]).toEqual([2, 1])
  })

  it('has two when its node is cut off, until that is back', async () => {
    const { pods, history } = await deploySingleton(cluster, 'usually-one', 'cut-off')
    const node = await nodeOf(cluster, pods)
    await cluster.partition(node)
    // The one that is cut off counts as ready until somebody notices.
    await untilPods('another is ready elsewhere', pods, (now) =>
      now.some((pod) => pod.node !== node.name && pod.isReady && !pod.isEnding),
    )
    await eventually(
      'the watch has seen both',
      async () => history.mostRunning,
      (most) => most > 1,
    )
    expect(history.mostRunning).toBe(2)

    await cluster.heal(node)
    await untilPods('there is one', pods, (now) => now.length === 1)
    expect(history.mostNotEnding).toBe(1)
  })
})
