import { expect, it } from 'vitest'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { drainAll } from './drain-all.ts'
import { deployShop } from './shop.ts'

describeWithNodes('A drain of every node in turn, with the whole shop on them', (cluster) => {
  it('ends, and leaves of every app what the simulation says', async () => {
    expect(await drainAll(cluster, await deployShop(cluster, 'prod'))).toEqual([])
  })
})
