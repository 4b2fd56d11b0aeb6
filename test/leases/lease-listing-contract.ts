import { describe, expect, it } from 'vitest'
import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LeaseName } from '../../leases/lease-name.ts'
import { type LeaseRecord, NEVER_HELD } from '../../leases/lease-record.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'

export interface LeaseListingContractProps {
  readonly name: string
  readonly open: () => LeaseStore & LeaseListing
  /** A Lease that is there and that nobody has held yet, always in the same namespace. */
  readonly declare: () => Promise<LeaseName>
}

/** What every store must do that can name its Leases. */
export function describeLeaseListing({ name, open, declare }: LeaseListingContractProps): void {
  describe(`${name} as a LeaseListing`, () => {
    it('names the Leases of a namespace as they are read one by one', async () => {
      const store = open()
      const names = [await declare(), await declare()]
      const record: LeaseRecord = { ...NEVER_HELD, holderIdentity: 'a', leaseDurationSeconds: 15 }
      await store.replace((await store.read(names[0]!)).lease, record)
      const listed = await store.list(names[0]!.namespace)
      for (const leaseName of names) {
        const { lease } = await store.read(leaseName)
        const found = listed.find((reading) => reading.lease.name.name === leaseName.name)
        expect(found?.lease).toEqual(lease)
        expect(found?.storeTimeMs).toBeGreaterThan(Date.UTC(2020, 0))
      }
    })

    it('names those of all namespaces', async () => {
      const store = open()
      const leaseName = await declare()
      const listed = await store.list(undefined)
      expect(listed.map(({ lease }) => lease.name)).toContainEqual(leaseName)
      const here = listed.filter(({ lease }) => lease.name.namespace === leaseName.namespace)
      const names = (await store.list(leaseName.namespace)).map(({ lease }) => lease.name.name)
      expect(here.map(({ lease }) => lease.name.name)).toEqual(names)
    })

    it('names none of a namespace where there are none', async () => {
      await declare()
      expect(await open().list('nobody-is-here')).toEqual([])
    })
  })
}
