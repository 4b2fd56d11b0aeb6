import { expect, it } from 'vitest'
import { simulateFailures } from '../../../checks/simulate-failures.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { deployShop } from './shop.ts'
import { disagreements, loseZone } from './zone-loss.ts'

for (const zone of ['a', 'b', 'c']) {
  describeWithNodes(`The loss of zone ${zone}, with the whole shop in all three`, (cluster) => {
    it('leaves of every app what the simulation says', async () => {
      const { workloads, objects } = await deployShop(cluster, 'prod')
      const losses = await loseZone(cluster, workloads, zone)
      expect(disagreements(losses, simulateFailures(objects).workloads)).toEqual([])
    })
  })
}
