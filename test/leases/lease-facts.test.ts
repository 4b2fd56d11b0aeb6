import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WatchEvent } from '../../kubernetes/kubernetes-client.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { applyServiceAccount, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { LeaseCalls, type LeaseObject, leaseIn, seen, versionOf } from './lease-calls.ts'

/*
 * What the API server does with Leases, and our locks rely on: facts K20 to K22 and K24.
 */
describeWithCluster('Leases of a real API server', (cluster) => {
  let admin: ConnectedClient
  let least: ConnectedClient
  let leases: LeaseCalls

  beforeAll(async () => {
    const connection = await connectToSharedCluster()
    admin = connect(connection)
    leases = new LeaseCalls(admin.client, await cluster.namespace())
    await applyServiceAccount(cluster, 'locks', [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['ghost'],
        verbs: ['get', 'update'],
      },
    ])
    least = connect({ ...connection, token: await tokenOf(cluster, 'locks') })
  })
  afterAll(() => {
    for (const { transport } of [admin, least]) transport.close()
  })

  /** What was seen of a Lease that is not there any more. */
  async function deleted(name?: string): Promise<LeaseObject> {
    const lease = await leases.create(name)
    await leases.delete(lease.metadata.name)
    return lease
  }

  describe('after a deletion (K20)', () => {
    it('come back to life by a PUT without uid, with or without a resourceVersion', async () => {
      const { name, resourceVersion } = seen(await deleted())
      expect((await leases.put({ name, resourceVersion })).status).toBe(201)
      await leases.delete(name)
      expect((await leases.put({ name })).status).toBe(201)
    })

    it('stay dead after a PUT with uid', async () => {
      const { name, uid, resourceVersion } = seen(await deleted())
      const answer = await leases.put({ name, uid, resourceVersion })
      expect([answer.status, (await leases.get(name)).status]).toEqual([409, 404])
      expect((await leases.put({ name, uid })).status).toBe(409)
    })

    it('stay dead for whoever may only get and update them', async () => {
      const { name, uid, resourceVersion } = seen(await deleted('ghost'))
      const own = new LeaseCalls(least.client, await cluster.namespace())
      expect((await own.put({ name })).status).toBe(403)
      expect((await own.put({ name, resourceVersion })).status).toBe(403)
      expect((await own.put({ name, uid, resourceVersion })).status).toBe(409)
    })
  })

  describe('when they are written (K21)', () => {
    it.each([
      ['2026-11-21T10:00:00.000Z', 400],
      ['2026-11-21T10:00:00.000000Z', 200],
    ])('take the time %s with %i', async (renewTime, status) => {
      expect((await leases.put(seen(await leases.create()), { renewTime })).status).toBe(status)
    })

    it('keep their resourceVersion if nothing changes', async () => {
      const spec = { holderIdentity: 'me' }
      const first = leaseIn(await leases.put(seen(await leases.create()), spec))
      const second = leaseIn(await leases.put(seen(first), spec))
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    })

    it('refuse what has seen an older resourceVersion, by PUT and by PATCH', async () => {
      const old = await leases.create()
      const { name, resourceVersion } = seen(old)
      expect((await leases.put(seen(old), { holderIdentity: 'a' })).status).toBe(200)
      const late = await leases.put(seen(old), { holderIdentity: 'b' })
      expect([late.status, late.body]).toMatchObject([409, { reason: 'Conflict' }])
      const patch = { metadata: { resourceVersion }, spec: { holderIdentity: 'b' } }
      const patched = await leases.patch(name, patch)
      expect([patched.status, patched.body]).toMatchObject([409, { reason: 'Conflict' }])
    })
  })

  describe('under many writers and deletions (K22)', () => {
    const WRITERS = 8
    const ROUNDS = 25

    it('have versions that are unique, and grow over each write, deletion and recreation', async () => {
      const histories = await Promise.all(
        Array.from({ length: WRITERS }, (_, index) => writeAndDelete(`many-${index}`)),
      )
      for (const versions of histories) {
        expect(versions).toEqual([...versions].sort((a, b) => (a < b ? -1 : 1)))
      }
      const all = histories.flat()
      expect(new Set(all).size).toBe(all.length)
      expect(all.length).toBeGreaterThanOrEqual(WRITERS * ROUNDS)
    })

    it('keep the order of real time: what is answered before another begins is smaller', async () => {
      const [one, other] = await Promise.all([leases.create(), leases.create()])
      let last = 0n
      for (let round = 0; round < ROUNDS; round++) {
        for (const { metadata } of [one, other]) {
          const spec = { holderIdentity: String(round) }
          const written = leaseIn(await leases.put(await current(metadata.name), spec))
          expect(versionOf(written)).toBeGreaterThan(last)
          last = versionOf(written)
        }
      }
    })

    it('do not tell the version at which they were deleted', async () => {
      const { metadata } = await leases.create()
      const { body } = await leases.delete(metadata.name)
      expect(body).toMatchObject({ kind: 'Status', status: 'Success', metadata: {} })
      expect(body).not.toHaveProperty('metadata.resourceVersion')
    })

    async function writeAndDelete(name: string): Promise<bigint[]> {
      const versions: bigint[] = []
      let lease = await leases.create(name)
      for (let round = 1; round <= ROUNDS; round++) {
        versions.push(versionOf(lease))
        lease = leaseIn(await leases.put(seen(lease), { holderIdentity: String(round) }))
        if (round % 5 > 0) continue
        versions.push(versionOf(lease))
        await leases.delete(name)
        lease = await leases.create(name)
      }
      return versions
    }

    async function current(name: string) {
      return seen(leaseIn(await leases.get(name)))
    }
  })

  describe('when they are watched (K24)', () => {
    const FROM_NOW =
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'

    it('tell each write after the version that was seen, once', async () => {
      let lease = await leases.create()
      const { name, resourceVersion } = lease.metadata
      const written: string[] = []
      for (const holderIdentity of ['a', 'b', 'c']) {
        lease = leaseIn(await leases.put(seen(lease), { holderIdentity }))
        written.push(lease.metadata.resourceVersion)
      }
      const events = await watched(`${oneOf(name)}&resourceVersion=${resourceVersion}`, 3)
      expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED', 'MODIFIED'])
      expect(events.map(versionIn)).toEqual(written)
    })

    it('begin with a bookmark that is no older than a write before', async () => {
      const lease = await leases.create()
      const { name } = lease.metadata
      const written = leaseIn(await leases.put(seen(lease), { holderIdentity: 'a' }))
      const [initial, bookmark] = await watched(`${oneOf(name)}&${FROM_NOW}`, 2)
      expect([initial?.type, bookmark?.type]).toEqual(['ADDED', 'BOOKMARK'])
      expect(versionIn(initial!)).toBe(written.metadata.resourceVersion)
      expect(BigInt(versionIn(bookmark!))).toBeGreaterThanOrEqual(versionOf(written))
      expect(bookmark?.object).toHaveProperty([
        'metadata',
        'annotations',
        'k8s.io/initial-events-end',
      ])
    })

    const oneOf = (name: string) => `watch=1&fieldSelector=metadata.name%3D${name}`
    const versionIn = ({ object }: WatchEvent): string =>
      (object as unknown as LeaseObject).metadata.resourceVersion

    async function watched(query: string, count: number): Promise<WatchEvent[]> {
      const events: WatchEvent[] = []
      const watch = admin.client.watch(`${leases.folder}?${query}`, AbortSignal.timeout(20_000))
      for await (const event of watch) {
        events.push(event)
        if (events.length === count) break
      }
      return events
    }
  })
})
