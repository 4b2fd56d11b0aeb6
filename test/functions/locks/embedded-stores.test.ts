import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { SqliteLeaseStore } from '../../../leases/sqlite-lease-store.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'
import { describeLockFunction } from './lock-function-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-function-'))
const file = join(folder, 'locks.db')
const databases = [await SqliteLeaseStore.open({ file }), await SqliteLeaseStore.open({ file })]
afterAll(() => {
  for (const database of databases) database.close()
  rmSync(folder, { recursive: true })
})

const memory = new MemoryLeaseStore()
const declare = async () => ({ namespace: 'shop', name: `lock-${randomUUID()}` })

describeLockFunction({ name: 'memory', open: () => memory, declare })

let opened = 0
describeLockFunction({
  name: 'SQLite, a connection for each instance',
  open: () => databases[opened++ % databases.length]!,
  declare,
})

describe.each([
  ['memory', memory],
  ['SQLite', databases[0]!],
])('Whoever asks for a lock that nobody has ever held (%s)', (_, store) => {
  const namespace = 'nothing-is-here'
  const alice = new FunctionCaller([functionOf({ store, limits: { waitMs: 100 } })], 'alice')
  const path = `/v1/locks/${namespace}/whatever`

  it('leaves nothing in the store', async () => {
    const { headers } = await alice.call('GET', `${path}?slots=100`)
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } }
    expect((await alice.call('GET', `${path}?slots=100&wait=1s`, known)).status).toBe(304)
    const hold = `${path}/holds/${randomUUID()}`
    expect((await alice.call('DELETE', `${hold}?slots=100`)).status).toBe(204)
    const body = { reason: 'to see', slots: 100 }
    expect((await alice.call('POST', `${hold}/break`, { body })).status).toBe(404)
    expect(await store.list(namespace)).toEqual([])
  })
})
