import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lock } from '../../constructs/lock.ts'
import { breakHold } from '../../leases/break-hold.ts'
import { systemClock } from '../../leases/clock.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import { HoldLostError, LockHeldError } from '../../leases/lock-errors.ts'
import { Locks } from '../../leases/locks.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import type { ApiResponse } from '../control-plane/api-client.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { eventually } from '../control-plane/eventually.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { deletePolicies, EPOCH, messageOf, ObjectCalls, TOKEN, untilRefused } from './lock-calls.ts'
import { objectsIn } from './singleton-fixtures.ts'

const USERS = ['worker'] as const
const HOLD = 'lockstep.dev/hold'

describeWithCluster('A lock on the real API server', (cluster) => {
  let namespace: string
  let objects: readonly KubernetesObject[] = []
  let connection: ConnectedClient

  beforeAll(async () => {
    namespace = await cluster.namespace()
    objects = objectsIn(namespace, (scope) => {
      new Lock(scope, 'ledger', { users: USERS })
      new Lock(scope, 'pool', { users: USERS, slots: 2 })
      new Lock(scope, 'shared', { users: USERS, mode: 'interop' })
    })
    const account = { name: 'worker', namespace }
    await cluster.apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }])
    await cluster.apply(objects)
    for (const lock of ['ledger', 'pool', 'pool.slot-1']) {
      await untilRefused(`a foreign elector of ${lock}`, () =>
        leaseOf(lock).patch({ spec: { holderIdentity: 'foreign' } }, '?dryRun=All'),
      )
    }
    await untilRefused('a token without a holder', () =>
      leaseOf('shared').patch({ metadata: { annotations: { [TOKEN]: '1' } } }, '?dryRun=All'),
    )
    const right = { namespace, group: 'coordination.k8s.io', resource: 'leases', verb: 'update' }
    for (const name of ['ledger', 'pool', 'shared']) {
      await eventually(
        `worker may update ${name}`,
        () => mayDo(cluster, worker(), { ...right, name }),
        (allowed) => allowed,
      )
    }
    connection = connect({
      ...(await connectToSharedCluster()),
      token: await tokenOf(cluster, 'worker'),
    })
  }, 120_000)

  afterAll(async () => {
    connection?.transport.close()
    await deletePolicies(cluster, objects)
  })

  const worker = () => `system:serviceaccount:${namespace}:worker`
  const leases = () => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  const leaseOf = (name: string) =>
    new ObjectCalls(cluster, leases(), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
    })
  const store = () => new KubernetesLeaseStore({ client: connection.client, clusterId: 'test' })
  const locksOf = (holder: string) => new Locks({ store: store(), holder, namespace })
  const context = () => ({ store: store(), clock: systemClock, random: Math.random })
  const annotation = async (lease: string, name: string) =>
    (await leaseOf(lease).read()).metadata.annotations?.[name]

  describe('is held by whoever has its least rights, with the guard in force:', () => {
    it('acquired, renewed, released, and acquired again with a larger token', async () => {
      const first = await locksOf('a').acquire('ledger', { ttlSeconds: 3 })
      await eventually(
        'a renewal',
        () => annotation('ledger', 'lockstep.dev/renewals'),
        (renewals) => Number(renewals) > 0,
      )
      await first.release()
      const second = await locksOf('b').acquire('ledger')
      expect(second.token.number).toBeGreaterThan(first.token.number)
      expect(await annotation('ledger', TOKEN)).toBe(String(second.token.number))
      await second.release()
    })

    it('handed over to somebody who waits, and waited for in line', async () => {
      const next = randomUUID()
      const hold = await locksOf('a').acquire('ledger')
      const waiting = locksOf('c').acquire('ledger')
      await eventually(
        'the mark of the queue',
        () => annotation('ledger', 'lockstep.dev/queued'),
        (mark) => mark === 'true',
      )
      await hold.handOver({ id: next, holder: 'b', ttlSeconds: 30 })
      const handed = await locksOf('b').acquire('ledger', { id: next, waitMs: 0 })
      expect(handed.token.number).toBeGreaterThan(hold.token.number)
      await handed.release()
      const last = await waiting
      expect(last.token.number).toBeGreaterThan(handed.token.number)
      await last.release()
    })

    it('released before its minimum, and taken over when nobody renews it', async () => {
      const hold = await locksOf('a').acquire('ledger', { minimumHoldSeconds: 2 })
      await hold.release()
      expect(await annotation('ledger', 'lockstep.dev/released')).toBe('true')
      const next = await locksOf('b').acquire('ledger')
      expect(next.token.number).toBeGreaterThan(hold.token.number)
      await next.release()
    })

    it('broken, when its term is over or at once', async () => {
      const lease = { namespace, name: 'ledger' }
      const breaking = { lease, by: 'jane', reason: 'it hangs' }
      const slow = await locksOf('a').acquire('ledger', { ttlSeconds: 3 })
      expect(await breakHold(context(), breaking)).toBe(true)
      await expect(slow.release()).rejects.toThrow(HoldLostError)
      const next = await locksOf('b').acquire('ledger')
      expect(await breakHold(context(), { ...breaking, atOnce: true })).toBe(true)
      expect((await leaseOf('ledger').read()).spec).toMatchObject({ holderIdentity: '' })
      await expect(next.release()).rejects.toThrow(HoldLostError)
    })

    it('in each of its slots', async () => {
      const holds = await Promise.all(
        ['a', 'b'].map((holder) => locksOf(holder).acquire('pool', { slots: 2 })),
      )
      expect(holds.map(({ lease }) => lease.name).sort()).toEqual(['pool', 'pool.slot-1'])
      for (const hold of holds) await hold.release()
    })

    it('in as many slots as were published last, and is kept in those that stay', async () => {
      const published = async (slots: number) => {
        const seats = objectsIn(namespace, (scope) => {
          new Lock(scope, 'seats', { users: USERS, slots })
        })
        await cluster.apply(seats)
        await untilSeatsAre(slots)
        return seats
      }
      const options = { slots: 2, ttlSeconds: 10 }
      await published(2)
      const [a, b] = await Promise.all(
        ['a', 'b'].map((holder) => locksOf(holder).acquire('seats', options)),
      )
      const all = await published(3)
      try {
        await expect(locksOf('c').acquire('seats', options)).rejects.toThrow(
          `Lock ${namespace}/seats has 3 slots, and this caller says 2. Say 3;`,
        )
        const c = await locksOf('c').acquire('seats', { ...options, slots: 3 })
        expect(c.lease.name).toBe('seats.slot-2')
        await published(1)
        const [kept, ...lost] = [a!, b!, c].sort((one, other) =>
          one.lease.name < other.lease.name ? -1 : 1,
        )
        await eventually(
          'the end of the holds in the slots that were taken away',
          async () => lost.map(({ signal }) => signal.aborted),
          (ended) => !ended.includes(false),
        )
        expect(kept!.signal.aborted).toBe(false)
        const other = locksOf('d').acquire('seats', { ttlSeconds: 10, waitMs: 0 })
        await expect(other).rejects.toThrow(LockHeldError)
        await kept!.release()
      } finally {
        await deletePolicies(cluster, all)
      }
    })

    it('for a run that is done once', async () => {
      const run = () => locksOf('a').runOnce('ledger', '2026-11-21', {}, async () => 'done')
      expect(await run()).toEqual({ result: 'done', isReplay: false })
      expect(await run()).toEqual({ result: 'done', isReplay: true })
    })

    it('in the way of client-go too, where it is declared so', async () => {
      const hold = await locksOf('a').acquire('shared')
      await hold.release()
      const before = await annotation('shared', TOKEN)
      expect((await takeAsClientGo('shared', 'client-go-1')).status).toBe(200)
      expect(await annotation('shared', TOKEN)).toBe(before)
      // As it releases: its holder goes, and the transitions stay.
      expect((await leaseOf('shared').patch({ spec: { holderIdentity: '' } })).status).toBe(200)
      const next = await locksOf('b').acquire('shared')
      expect(next.token.number).toBeGreaterThan(hold.token.number)
      await next.release()
    })
  })

  /** What the Role says takes a moment to count. */
  async function untilSeatsAre(slots: number): Promise<void> {
    const right = { namespace, group: 'coordination.k8s.io', resource: 'leases', verb: 'update' }
    for (let slot = 1; slot < 3; slot++) {
      await eventually(
        `the rights on slot ${slot} of ${slots}`,
        () => mayDo(cluster, worker(), { ...right, name: `seats.slot-${slot}` }),
        (allowed) => allowed === slot < slots,
      )
    }
  }

  /** As the elector of client-go writes: over what it has read, with annotations that it does not know. */
  const takeAsClientGo = (name: string, holderIdentity: string): Promise<ApiResponse> =>
    leaseOf(name).put((lease) => {
      const { leaseTransitions = 0, ...spec } = (lease.spec ?? {}) as Record<string, number>
      return {
        ...lease,
        spec: {
          ...spec,
          holderIdentity,
          leaseDurationSeconds: 15,
          leaseTransitions: leaseTransitions + 1,
        },
      }
    })

  describe('that is fenced', () => {
    it('refuses an elector of client-go', async () => {
      const response = await takeAsClientGo('ledger', 'client-go-1')
      expect(response.status).toBe(403)
      expect(messageOf(response)).toContain(
        'Lock ledger is fenced: only holders with a fencing token may have it',
      )
    })

    it('is made without a holder', async () => {
      expect((await leaseOf('pool.slot-1').delete()).status).toBe(200)
      const held = await cluster.send({
        method: 'POST',
        path: leases(),
        body: {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name: 'pool.slot-1' },
          spec: { holderIdentity: 'old_1', leaseDurationSeconds: 15 },
        },
      })
      expect(messageOf(held)).toContain('This Lease begins without a holder')
      await cluster.apply(objects.filter(({ metadata }) => metadata.name === 'pool.slot-1'))
    })

    it.each<[string, (before: bigint) => object]>([
      ['another token than the version it is written over', (before) => ({ token: before - 1n })],
      ['no epoch', () => ({ epoch: 'test' })],
      ['a transition too many', () => ({ transitions: 2 })],
    ])('refuses a hold that is taken with %s', async (_, change) => {
      const response = await takeAsOurs(change)
      expect(response.status).toBe(403)
      expect(messageOf(response)).toContain(
        'Whoever takes this Lease writes the resourceVersion that it is written over',
      )
    })

    it('refuses a generation that goes back', async () => {
      expect((await takeAsOurs(() => ({ epoch: 'test.3' }))).status).toBe(200)
      expect((await takeAsOurs(() => ({ epoch: 'test.2' }))).status).toBe(403)
      expect((await takeAsOurs(() => ({ epoch: 'test.3' }))).status).toBe(200)
      expect((await takeAsOurs(() => ({ epoch: 'rebuilt.1' }))).status).toBe(200)
    })

    it.each<[string, object]>([
      ['its token lowered', { metadata: { annotations: { [TOKEN]: '1' } } }],
      ['its token removed', { metadata: { annotations: { [TOKEN]: null } } }],
      ['its epoch changed', { metadata: { annotations: { [EPOCH]: 'test.9' } } }],
      ['its hold renamed', { metadata: { annotations: { [HOLD]: randomUUID() } } }],
      ['its transitions set back', { spec: { leaseTransitions: 0 } }],
    ])('does not get %s while it is held', async (_, change) => {
      expect((await takeAsOurs(() => ({}))).status).toBe(200)
      expect((await leaseOf('ledger').patch(change)).status).toBe(403)
    })

    it('is not deleted while it is held, by itself or with others', async () => {
      expect((await takeAsOurs(() => ({}))).status).toBe(200)
      for (const response of [
        await leaseOf('ledger').delete(),
        await leaseOf('ledger').deleteAll(),
      ]) {
        expect(response.status).toBe(403)
        expect(messageOf(response)).toContain('This Lease is held. Break the hold first')
      }
    })

    it('takes the manifest again while it is held, and labels of others', async () => {
      expect((await takeAsOurs(() => ({}))).status).toBe(200)
      const before = (await leaseOf('ledger').read()).spec
      await cluster.apply(objects.filter(({ kind }) => kind === 'Lease'))
      expect(
        (await leaseOf('ledger').patch({ metadata: { labels: { team: 'books' } } })).status,
      ).toBe(200)
      expect((await leaseOf('ledger').read()).spec).toEqual(before)
    })
  })

  interface Change {
    readonly token?: bigint
    readonly epoch?: string
    readonly transitions?: number
  }

  /** Takes the Lease as our programs do, but for what a test says. */
  const takeAsOurs = (change: (version: bigint) => Change): Promise<ApiResponse> =>
    leaseOf('ledger').put((lease) => {
      const id = randomUUID()
      const version = BigInt(lease.metadata.resourceVersion as string)
      const { leaseTransitions = 0 } = (lease.spec ?? {}) as { leaseTransitions?: number }
      const { annotations } = lease.metadata
      const epoch = annotations?.[EPOCH] ?? 'test.1'
      const next = { token: version, epoch, transitions: 1, ...change(version) }
      return {
        ...lease,
        metadata: {
          ...lease.metadata,
          annotations: {
            ...annotations,
            [HOLD]: id,
            [TOKEN]: String(next.token),
            [EPOCH]: next.epoch,
          },
        },
        spec: {
          holderIdentity: `somebody_${id}`,
          leaseDurationSeconds: 15,
          leaseTransitions: leaseTransitions + next.transitions,
        },
      }
    })

  it('goes with its namespace, held or not', async () => {
    const name = await cluster.namespace(`${namespace}-gone`)
    const own = objectsIn(name, (scope) => new Lock(scope, 'ledger'))
    await cluster.apply(own)
    const folder = `/apis/coordination.k8s.io/v1/namespaces/${name}/leases`
    const lease = new ObjectCalls(cluster, folder, own.find(isLease)!)
    await untilRefused('a foreign elector', () =>
      lease.patch({ spec: { holderIdentity: 'foreign' } }, '?dryRun=All'),
    )
    const id = randomUUID()
    const held = await lease.put((seen) => ({
      ...seen,
      metadata: {
        ...seen.metadata,
        annotations: { [HOLD]: id, [TOKEN]: seen.metadata.resourceVersion, [EPOCH]: 'test.1' },
      },
      spec: { holderIdentity: `a_${id}`, leaseDurationSeconds: 15, leaseTransitions: 1 },
    }))
    expect(held.status, messageOf(held)).toBe(200)
    expect((await lease.delete()).status).toBe(403)
    // As the namespace controller does, once the namespace is marked; this cluster has none.
    await cluster.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
    const deleted = await cluster.send({ method: 'DELETE', path: folder })
    expect(deleted.status, messageOf(deleted)).toBe(200)
    expect(((await cluster.send({ path: folder })).body as { items: unknown[] }).items).toEqual([])
    await deletePolicies(cluster, own)
  })
})

const isLease = ({ kind, metadata }: KubernetesObject) =>
  kind === 'Lease' && metadata.name === 'ledger'
