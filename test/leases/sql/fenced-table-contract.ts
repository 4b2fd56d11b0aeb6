import { expect, it } from 'vitest'
import { type FencedResource, StaleTokenError } from '../../../leases/fenced-resource.ts'
import type { FencingToken } from '../../../leases/fencing-token.ts'
import { Locks } from '../../../leases/locks.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'

/** One row of a database, with a balance, that is written by the statements of docs/locks.md. */
export interface FencedTable {
  /** @returns whether it was written */
  readonly write: (balance: number, token: FencingToken) => Promise<boolean>
  readonly balance: () => Promise<number>
}

/** What every database does with the statements of docs/locks.md. */
export function describeFencedTable(newTable: (epoch: string) => Promise<FencedTable>): void {
  const store = new MemoryLeaseStore()
  const locks = new Locks({ store, holder: 'test' })
  const tokenOfNext = () => locks.withLock('ledger', {}, async ({ token }) => token)
  const tableOfStore = async () => newTable(await store.epoch())

  it('takes the writes of a holder, and none of an earlier one that wakes up late', async () => {
    const { write, balance } = await tableOfStore()
    const early = await tokenOfNext()
    const late = await tokenOfNext()
    expect(await write(10, early)).toBe(true)
    expect(await write(11, early)).toBe(true)
    expect(await write(20, late)).toBe(true)
    expect(await write(12, early)).toBe(false)
    expect(await balance()).toBe(20)
    expect(await write(21, late)).toBe(true)
  })

  it('takes none of another store, whose numbers say nothing', async () => {
    const { write, balance } = await tableOfStore()
    expect(await write(99, { epoch: 'another.1', number: 10n ** 15n })).toBe(false)
    expect(await balance()).toBe(0)
  })

  it('compares numbers of 64 bits, as those of a cluster are', async () => {
    const epoch = await store.epoch()
    const { write } = await newTable(epoch)
    const largest = 2n ** 63n - 1n
    expect(await write(1, { epoch, number: largest - 1n })).toBe(true)
    expect(await write(2, { epoch, number: largest })).toBe(true)
    expect(await write(3, { epoch, number: largest - 1n })).toBe(false)
  })

  it('ends up with what the last of many holders wrote, in whatever order writes arrive', async () => {
    const tokens = [await tokenOfNext(), await tokenOfNext(), await tokenOfNext()]
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]
    for (const order of orders) {
      const { write, balance } = await tableOfStore()
      for (const index of order) await write(index, tokens[index]!)
      expect(await balance()).toBe(2)
    }
  })

  it('learns the token before the work begins, so that nothing late comes between', async () => {
    const { write, balance } = await tableOfStore()
    const early = await tokenOfNext()
    const row: FencedResource = {
      async stamp(token) {
        if (!(await write(0, token))) throw new StaleTokenError('Row 1 of the ledger', token)
      },
    }
    await locks.withLock('ledger', { protects: [row] }, async ({ token }) => {
      expect(await write(12, early)).toBe(false)
      expect(await write(20, token)).toBe(true)
    })
    expect(await balance()).toBe(20)
  })
}
