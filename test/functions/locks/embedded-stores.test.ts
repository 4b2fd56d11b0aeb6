import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { SqliteLeaseStore } from '../../../leases/sqlite-lease-store.ts'
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
