import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { isReady, isRolledOut } from './conditions.ts'
import { deploySingleton, nodeOf, onlyName, singletonObjects, untilPods } from './singleton.ts'

describeWithNodes('At most one', (cluster) => {
  it('never has two pods in the API, whether one is killed, evicted or replaced', async () => {
    const { workload, pods, history } = await deploySingleton(cluster, 'at-most-one', 'search')
    await pods.delete(await onlyName(pods))
    await untilPods('it is ending', pods, ([pod]) => pod?.isEnding === true)
    await untilPods('it is back', pods, ([pod]) => pod?.isReady === true && !pod.isEnding)
    const node = await nodeOf(cluster, pods)
    await cluster.drain(node)
    await cluster.uncordon(node)
    await cluster.until(workload, isReady)
    await cluster.apply(await singletonObjects(cluster, 'at-most-one', 'search', '2.0.0'))
    await cluster.until(workload, isRolledOut)

    expect(history.mostExisting).toBe(1)
  })

  it('waits for a person when its node is cut off, who says so by a taint', async () => {
    const { workload, pods, history } = await deploySingleton(cluster, 'at-most-one', 'index')
    const node = await nodeOf(cluster, pods)

    await cluster.partition(node)
    await untilPods('it is ending', pods, ([pod]) => pod?.isEnding === true)
    const [waiting] = await pods.list()
    expect(waiting).toMatchObject({ node: node.name, phase: 'Running', isEnding: true })

    await cluster.declareOutOfService(node)
    await untilPods('it runs elsewhere', pods, ([pod]) => pod?.isReady === true && !pod.isEnding)
    expect((await pods.list())[0]?.node).not.toBe(node.name)
    expect(history.mostExisting).toBe(1)
    await cluster.until(workload, isReady)
  })

  it('comes back by itself when its node does', async () => {
    const { pods, history } = await deploySingleton(cluster, 'at-most-one', 'ledger')
    const node = await nodeOf(cluster, pods)
    await cluster.partition(node)
    await untilPods('it is ending', pods, ([pod]) => pod?.isEnding === true)

    await cluster.heal(node)

    await untilPods('it is ready', pods, ([pod]) => pod?.isReady === true && !pod.isEnding)
    expect(history.mostExisting).toBe(1)
  })

  it('ends with a forced deletion, while the old process may go on', async () => {
    const { pods } = await deploySingleton(cluster, 'at-most-one', 'books')
    const node = await nodeOf(cluster, pods)
    await cluster.partition(node)
    await untilPods('it is ending', pods, ([pod]) => pod?.isEnding === true)

    // Nobody can tell the node, so whatever runs there still does.
    await pods.delete(await onlyName(pods), { force: true })

    await untilPods('another runs', pods, ([pod]) => pod?.isReady === true && !pod.isEnding)
    expect((await nodeOf(cluster, pods)).name).not.toBe(node.name)
    await cluster.heal(node)
  })
})
