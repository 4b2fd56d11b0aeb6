import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { LeaseCalls, type LeaseObject, leaseIn, seen } from './lease-calls.ts'

/*
 * Which times of a Lease somebody could have made up, and which not: fact K25.
 */
describeWithCluster('Times of a real API server (K25)', (cluster) => {
  let admin: ConnectedClient
  let leases: LeaseCalls

  beforeAll(async () => {
    admin = connect(await connectToSharedCluster())
    leases = new LeaseCalls(admin.client, await cluster.namespace())
  })
  afterAll(() => admin.transport.close())

  const overwrite = async (lease: LeaseObject, metadata: object, spec: object = {}) => {
    const answer = await leases.put({ ...seen(lease), ...metadata }, spec)
    expect(answer.status).toBe(200)
    return leaseIn(answer)
  }

  it('are on every answer, refusals too, in whole seconds', async () => {
    const { metadata } = await leases.create()
    const answers = [
      await leases.get(metadata.name),
      await leases.get('missing'),
      await leases.put({ name: metadata.name }),
      await leases.put(metadata),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 422, 200])
    for (const { headers } of answers) {
      expect(headers.get('date')).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/)
    }
  })

  describe('in managedFields are no evidence: they', () => {
    const renewTime = '2026-11-21T10:00:00.000000Z'
    const renewed = async () => leases.create(undefined, { renewTime })

    it.each([
      ['[]', []],
      ['[{}]', [{}]],
    ])('are gone after %s, and a later PUT does not bring them back', async (_, managedFields) => {
      const lease = await renewed()
      expect(lease.metadata.managedFields).toEqual([
        expect.objectContaining({ manager: 'lockstep' }),
      ])
      const without = await overwrite(lease, { managedFields }, { renewTime })
      expect(without.metadata.managedFields).toBeUndefined()
      const later = await overwrite(without, {}, { renewTime: '2026-11-21T10:00:01.000000Z' })
      expect(later.metadata.managedFields).toBeUndefined()
    })

    it('are missing from a Lease that was made empty, whatever is written later', async () => {
      const later = await overwrite(await leases.create(), {}, { renewTime })
      expect(later.metadata.managedFields).toBeUndefined()
    })

    it('stay as they are in a PUT that says nothing of them', async () => {
      const lease = await renewed()
      const later = await overwrite(lease, {}, { renewTime })
      expect(later.metadata.managedFields).toEqual(lease.metadata.managedFields)
    })

    it('can be forged for another manager', async () => {
      const time = '2099-01-01T00:00:00Z'
      const lease = await renewed()
      const forged = { ...lease.metadata.managedFields?.[0], manager: 'somebody-else', time }
      const later = await overwrite(lease, { managedFields: [forged] }, { renewTime })
      expect(later.metadata.managedFields).toEqual([forged])
    })
  })

  it('of a renewal are whatever the writer says', async () => {
    const renewTime = '2099-01-01T00:00:00.000000Z'
    const lease = await overwrite(await leases.create(), {}, { renewTime })
    expect(lease.spec).toEqual({ renewTime })
  })

  it('of creation cannot be forged', async () => {
    const lease = await leases.create()
    const later = await overwrite(lease, { creationTimestamp: '2099-01-01T00:00:00Z' })
    expect(later.metadata.creationTimestamp).toBe(lease.metadata.creationTimestamp)
  })
})
