import { randomUUID } from 'node:crypto'
import { NEVER_HELD } from '../../leases/lease-record.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { describeLeaseListing } from './lease-listing-contract.ts'
import { describeLeaseStore } from './lease-store-contract.ts'

const store = new MemoryLeaseStore()

describeLeaseStore({
  name: 'MemoryLeaseStore',
  open: () => store,
  declare: async () => ({ namespace: 'test', name: randomUUID() }),
  remove: async (name) => store.delete(name),
  recreate: async (name) => void (await store.read(name)),
})

describeLeaseListing({
  name: 'MemoryLeaseStore',
  open: () => store,
  declare: async () => {
    const name = { namespace: 'listed', name: randomUUID() }
    await store.replace((await store.read(name)).lease, NEVER_HELD)
    return name
  },
})
