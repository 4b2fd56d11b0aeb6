import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { isReady, isRolledOut } from './conditions.ts'
import { deploySingleton, nodeOf, onlyName, singletonObjects, untilPods } from './singleton.ts'

describeWithNodes('Elected', (cluster) => {
  it('always has a pod that can lead: one is killed, drained or replaced at a time', async () => {
    const { workload, pods, history } = await deploySingleton(cluster, 'elected', 'ledger')
    await pods.delete(await onlyName(pods))
    await untilPods(
      'both are back',
      pods,
      (now) => now.filter(({ isReady, isEnding }) => isReady && !isEnding).length === 2,
    )
    for (const node of cluster.allNodes) {
      await cluster.drain(node)
      await cluster.uncordon(node)
    }
    await cluster.until(workload, isReady)
    await cluster.apply(await singletonObjects(cluster, 'elected', 'ledger', '2.0.0'))
    await cluster.until(workload, isRolledOut)

    expect(history.fewestServing).toBe(1)
  })

  it('has a pod left in another zone when a node is cut off', async () => {
    const { pods, history } = await deploySingleton(cluster, 'elected', 'books')
    const node = await nodeOf(cluster, pods)
    await cluster.partition(node)
    await untilPods(
      'two serve again',
      pods,
      (now) => now.filter(({ isReady, isEnding }) => isReady && !isEnding).length === 2,
    )
    expect(history.fewestServing).toBe(1)
    await cluster.heal(node)
  })
})
