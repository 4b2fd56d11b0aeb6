import { describe, expect, it } from 'vitest'
import type { LeaseName } from '../../leases/lease-name.ts'
import type { LeaseRecord } from '../../leases/lease-record.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'
import { LeaseConflictError } from '../../leases/lease-store-errors.ts'

export interface LeaseStoreContractProps {
  readonly name: string
  /** The same store each time, as two processes would open it. */
  readonly open: () => LeaseStore
  /** A Lease that nobody has held yet. */
  readonly declare: () => Promise<LeaseName>
  /** Takes it away behind the store's back. */
  readonly remove: (name: LeaseName) => Promise<void>
  /** Makes it again after `remove`, as whoever declares Leases would. */
  readonly recreate: (name: LeaseName) => Promise<void>
}

/** What every `LeaseStore` must do. An adapter is done when this passes without skips. */
export function describeLeaseStore(props: LeaseStoreContractProps): void {
  const { name, open, declare, remove, recreate } = props
  describe(`${name} as a LeaseStore`, () => {
    it('gives a Lease that nobody has held, and its own time', async () => {
      const before = Date.now()
      const { lease, storeTimeMs } = await open().read(await declare())
      expect(lease.record).toMatchObject({ holderIdentity: '', leaseTransitions: 0 })
      expect(lease.version).toMatch(/^[1-9]\d*$/)
      // In whole seconds for some, and all run on this machine.
      expect(storeTimeMs).toBeGreaterThanOrEqual(before - 1000)
      expect(storeTimeMs).toBeLessThanOrEqual(Date.now() + 1000)
    })

    it('keeps a record as it was written', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      const written = await store.replace(lease, recordOf('a'))
      const read = await open().read(lease.name)
      expect(read.lease).toEqual(written.lease)
      expect(read.lease.record).toEqual(recordOf('a'))
    })

    it('lets exactly one of many writers at the same version win', async () => {
      const { lease } = await open().read(await declare())
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => open().replace(lease, recordOf(`w${index}`))),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LeaseConflictError)
      }
    })

    it('gives every write a larger version, also across Leases made anew', async () => {
      const store = open()
      const leaseName = await declare()
      const versions: bigint[] = []
      for (let round = 0; round < 3; round++) {
        let { lease } = await store.read(leaseName)
        versions.push(BigInt(lease.version))
        for (const holder of ['a', 'b']) {
          lease = (await store.replace(lease, recordOf(holder))).lease
          versions.push(BigInt(lease.version))
        }
        await remove(leaseName)
        await recreate(leaseName)
      }
      expect(versions).toEqual([...versions].sort((a, b) => (a < b ? -1 : 1)))
      expect(new Set(versions).size).toBe(versions.length)
    })

    it('never writes over a Lease that was made anew', async () => {
      const store = open()
      const leaseName = await declare()
      const { lease: old } = await store.read(leaseName)
      await remove(leaseName)
      await recreate(leaseName)
      await expect(store.replace(old, recordOf('ghost'))).rejects.toThrow(LeaseConflictError)
      const { lease } = await store.read(leaseName)
      expect(lease.uid).not.toBe(old.uid)
      expect(lease.record.holderIdentity).toBe('')
    })

    it('writes nothing over a Lease that was made, written and deleted since it was seen', async () => {
      const store = open()
      const leaseName = await declare()
      const { lease: before } = await store.read(leaseName)
      const { lease: written } = await store.replace(before, recordOf('a'))
      await remove(leaseName)
      await recreate(leaseName)
      await expect(store.replace(before, recordOf('ghost'))).rejects.toThrow(LeaseConflictError)
      const { lease } = await store.read(leaseName)
      expect(BigInt(lease.version)).toBeGreaterThan(BigInt(written.version))
    })

    it('never brings a deleted Lease back to life', async () => {
      const store = open()
      const leaseName = await declare()
      const held = (await store.replace((await store.read(leaseName)).lease, recordOf('a'))).lease
      await remove(leaseName)
      await expect(store.replace(held, recordOf('a'))).rejects.toThrow(LeaseConflictError)
    })

    it('keeps every annotation that it did not write', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      const record = { ...recordOf('a'), annotations: { 'lockstep.dev/of-tomorrow': 'ü "1"' } }
      const written = (await store.replace(lease, record)).lease
      expect((await store.read(written.name)).lease.record.annotations).toEqual(record.annotations)
    })

    it('says when a Lease has changed', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      const changed = open().changed(lease, AbortSignal.timeout(20_000))
      await store.replace(lease, recordOf('a'))
      await changed
    })

    it('says at once that a Lease has changed that was written before somebody waited', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      await store.replace(lease, recordOf('a'))
      await open().changed(lease, AbortSignal.timeout(20_000))
    })

    it('says when a Lease is gone', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      const changed = store.changed(lease, AbortSignal.timeout(20_000))
      await remove(lease.name)
      await changed
    })

    it('stops to wait for a change when nobody wants to know any more', async () => {
      const store = open()
      const { lease } = await store.read(await declare())
      const controller = new AbortController()
      const changed = store.changed(lease, controller.signal)
      controller.abort(new Error('enough'))
      await expect(changed).rejects.toThrow('enough')
    })

    it('has the same epoch whoever opens it', async () => {
      const epoch = await open().epoch()
      expect(epoch).not.toBe('')
      expect(await open().epoch()).toBe(epoch)
    })
  })
}

const recordOf = (holder: string): LeaseRecord => ({
  holderIdentity: holder,
  leaseDurationSeconds: 30,
  acquireTime: '2026-11-21T10:00:00.000001Z',
  renewTime: '2026-11-21T10:00:10.500000Z',
  leaseTransitions: 3,
  annotations: { 'lockstep.dev/hold': holder, 'lockstep.dev/renewals': '7' },
})
