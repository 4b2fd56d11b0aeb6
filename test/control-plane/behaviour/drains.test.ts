import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { isKept } from './conditions.ts'
import { deployShop } from './shop.ts'

describeWithNodes('A drain of every node in turn, with the whole shop on them', (cluster) => {
  it('ends, and leaves of every app what the simulation says', async () => {
    const shop = await deployShop(cluster, 'prod')
    const predicted = simulateFailures(shop.objects).workloads
    const histories = await shop.watchPods()

    for (const node of cluster.allNodes) {
      await cluster.drain(node)
      await cluster.uncordon(node)
      for (const budget of shop.budgets) await cluster.until(budget, isKept)
    }

    const outcomes = predicted.map(({ workload, atMin }) => ({
      workload,
      predicted: atMin.drain.available,
      seen: histories.get(workload)?.fewestServing,
    }))
    expect(outcomes.filter(({ predicted, seen = 0 }) => seen < predicted)).toEqual([])
  })
})
