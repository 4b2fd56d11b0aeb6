import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { type FencedResource, StaleTokenError } from '../../leases/fenced-resource.ts'
import { Locks } from '../../leases/locks.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'

/** As docs/locks.md has it. */
const TABLE = `CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  balance INTEGER NOT NULL,
  fencing_epoch TEXT NOT NULL,
  fencing_number INTEGER NOT NULL
)`
const FENCED_UPDATE = `UPDATE ledger SET balance = ?, fencing_number = ?
  WHERE id = ? AND fencing_epoch = ? AND fencing_number <= ?`

interface Token {
  readonly epoch: string
  readonly number: bigint
}

function ledger(epoch: string) {
  const database = new DatabaseSync(':memory:')
  database.exec(TABLE)
  database.prepare('INSERT INTO ledger VALUES (1, 0, ?, 0)').run(epoch)
  return {
    /** @returns whether it was written */
    write: (balance: number, { epoch: its, number }: Token) =>
      database.prepare(FENCED_UPDATE).run(balance, number, 1, its, number).changes === 1,
    balance: () => database.prepare('SELECT balance FROM ledger').get()?.balance,
  }
}

describe('A table that checks fencing tokens in the statement that writes', () => {
  const store = new MemoryLeaseStore()
  const locks = new Locks({ store, holder: 'test' })
  const tokenOfNext = () => locks.withLock('ledger', {}, async ({ token }) => token)

  it('takes the writes of a holder, and none of an earlier one that wakes up late', async () => {
    const { write, balance } = ledger(await store.epoch())
    const early = await tokenOfNext()
    const late = await tokenOfNext()
    expect(write(10, early)).toBe(true)
    expect(write(11, early)).toBe(true)
    expect(write(20, late)).toBe(true)
    expect(write(12, early)).toBe(false)
    expect(balance()).toBe(20)
    expect(write(21, late)).toBe(true)
  })

  it('takes none of another store, whose numbers say nothing', async () => {
    const { write, balance } = ledger(await store.epoch())
    expect(write(99, { epoch: 'another.1', number: 10n ** 15n })).toBe(false)
    expect(balance()).toBe(0)
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
      const { write, balance } = ledger(await store.epoch())
      for (const index of order) write(index, tokens[index]!)
      expect(balance()).toBe(2)
    }
  })

  it('learns the token before the work begins, so that nothing late comes between', async () => {
    const { write, balance } = ledger(await store.epoch())
    const early = await tokenOfNext()
    const row: FencedResource = {
      async stamp(token) {
        if (!write(0, token)) throw new StaleTokenError('Row 1 of the ledger', token)
      },
    }
    await locks.withLock('ledger', { protects: [row] }, async ({ token }) => {
      expect(write(12, early)).toBe(false)
      expect(write(20, token)).toBe(true)
    })
    expect(balance()).toBe(20)
  })
})
