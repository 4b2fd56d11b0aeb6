import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { KubernetesLeaseStore } from '../../leases/kubernetes-lease-store.ts'
import type { LeaseName } from '../../leases/lease-name.ts'
import { NEVER_HELD } from '../../leases/lease-record.ts'
import {
  LeaseConflictError,
  LeaseMissingError,
  LeaseStoreError,
} from '../../leases/lease-store-errors.ts'
import { microTime } from '../../leases/micro-time.ts'
import { type ConnectedClient, connect } from '../control-plane/connected-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { applyServiceAccount, tokenOf } from '../control-plane/service-account.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { describeLeaseListing } from './lease-listing-contract.ts'
import { describeLeaseStore } from './lease-store-contract.ts'

const GROUP = 'coordination.k8s.io'
/** More than the suites use: a role lists its Leases by name. */
const NAMES = Array.from({ length: 40 }, (_, index) => `lease-${index}`)

describeWithCluster('On a real API server', (cluster) => {
  let namespace: string
  const connections: ConnectedClient[] = []
  let next = 0

  beforeAll(async () => {
    namespace = await cluster.namespace()
    await applyServiceAccount(cluster, 'locks', [
      {
        apiGroups: [GROUP],
        resources: ['leases'],
        resourceNames: NAMES,
        verbs: ['get', 'update', 'watch'],
      },
    ])
    await applyServiceAccount(cluster, 'blind', [
      { apiGroups: [GROUP], resources: ['leases'], resourceNames: NAMES, verbs: ['get', 'update'] },
    ])
    for (const account of ['locks', 'locks', 'blind', 'admin']) connections.push(await as(account))
  })
  afterAll(() => {
    for (const { transport } of connections) transport.close()
  })

  async function as(account: string): Promise<ConnectedClient> {
    const admin = await connectToSharedCluster()
    return connect(
      account === 'admin' ? admin : { ...admin, token: await tokenOf(cluster, account) },
    )
  }
  const client = (index: number): KubernetesClient => connections[index]!.client
  const store = (index: number, pollEveryMs = 2_000) =>
    new KubernetesLeaseStore({ client: client(index), clusterId: 'test', pollEveryMs })

  async function declare(metadata: object = {}): Promise<LeaseName> {
    const name = { namespace, name: NAMES[next++]! }
    await make(name, metadata)
    return name
  }
  const make = (name: LeaseName, metadata: object = {}) =>
    cluster.apply([leaseObject(name, metadata)])
  const pathOf = ({ name }: LeaseName) => `/apis/${GROUP}/v1/namespaces/${namespace}/leases/${name}`
  const remove = async (name: LeaseName) => {
    await cluster.send({ method: 'DELETE', path: pathOf(name) })
  }
  /** One that is there: others are collected. */
  async function owner(): Promise<object> {
    const kind = { apiVersion: 'v1', kind: 'ServiceAccount' }
    const account = await cluster.get({ ...kind, metadata: { name: 'locks', namespace } })
    return { ...kind, name: 'locks', uid: account?.metadata.uid }
  }
  let opened = 0

  describeLeaseStore({
    name: 'KubernetesLeaseStore with the least rights',
    open: () => store(opened++ % 2),
    declare: () => declare(),
    remove,
    recreate: (name) => make(name),
  })

  describeLeaseListing({
    name: 'KubernetesLeaseStore that may list',
    open: () => store(3),
    declare: () => declare(),
  })

  describe('KubernetesLeaseStore', () => {
    it('keeps what others keep on the Lease', async () => {
      const metadata = {
        labels: { team: 'ledger' },
        annotations: { 'example.com/note': 'theirs', 'lockstep.dev/of-tomorrow': 'ours' },
        finalizers: ['example.com/wait'],
        ownerReferences: [await owner()],
      }
      const name = await declare(metadata)
      const strategy = { spec: { strategy: 'OldestEmulationVersion', preferredHolder: 'else' } }
      await cluster.send({
        method: 'PATCH',
        path: pathOf(name),
        body: strategy,
        contentType: 'application/merge-patch+json',
      })
      const { lease } = await store(0).read(name)
      expect(lease.record.annotations).toEqual({ 'lockstep.dev/of-tomorrow': 'ours' })
      await store(0).replace(lease, {
        ...NEVER_HELD,
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        renewTime: microTime(Date.now()),
        annotations: { 'lockstep.dev/fencing-token': '7' },
      })
      const after = await cluster.get(leaseObject(name))
      expect(after?.metadata).toMatchObject({
        ...metadata,
        annotations: { 'example.com/note': 'theirs', 'lockstep.dev/fencing-token': '7' },
      })
      expect(after?.metadata.annotations).not.toHaveProperty('lockstep.dev/of-tomorrow')
      expect(after).toMatchObject({ ...strategy, spec: { holderIdentity: 'me' } })
      // Who wrote what before us is known still.
      expect(after?.metadata).toMatchObject({
        managedFields: expect.arrayContaining([
          expect.objectContaining({ manager: 'lockstep-test' }),
          expect.objectContaining({ manager: 'lockstep' }),
        ]),
      })
      await cluster.send({
        method: 'PATCH',
        path: pathOf(name),
        body: { metadata: { finalizers: null } },
        contentType: 'application/merge-patch+json',
      })
    })

    it('says that a Lease is not declared', async () => {
      const missing = store(0).read({ namespace, name: NAMES.at(-1)! })
      await expect(missing).rejects.toThrow(LeaseMissingError)
      await expect(missing).rejects.toThrow("new Lock(namespace, 'lease-39')")
    })

    it.each(['..', '.', '', 'a/b', 'A', '%2e%2e', 'a?b'])('has no Lease %j', async (name) => {
      await expect(store(3).read({ namespace, name })).rejects.toThrow(LeaseMissingError)
      await expect(store(3).read({ namespace: name, name: 'a' })).rejects.toThrow(LeaseMissingError)
    })

    it('says which right is missing', async () => {
      const error = await store(0)
        .read({ namespace, name: 'not-listed' })
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(LeaseStoreError)
      expect(error).toMatchObject({ outcome: 'none', retryable: false })
      expect((error as Error).message).toMatch(/cannot get resource "leases".*Grant it by RBAC/)
    })

    it('says what is not valid', async () => {
      const { lease } = await store(0).read(await declare())
      const written = store(0).replace(lease, { ...NEVER_HELD, leaseDurationSeconds: 1.5 })
      await expect(written).rejects.toMatchObject({
        code: 'LEASE_STORE',
        outcome: 'none',
        retryable: false,
      })
    })

    it('does not know what became of a write whose answer was lost, and finds it there', async () => {
      const { lease } = await store(0).read(await declare())
      const { transport } = connections[0]!
      const lossy = new KubernetesClient({
        transport: {
          async open(request) {
            await transport.open(request)
            throw new Error('lost after the commit')
          },
        },
      })
      const lost = new KubernetesLeaseStore({ client: lossy, clusterId: 'test' })
      const record = { ...NEVER_HELD, holderIdentity: 'me', leaseDurationSeconds: 15 }
      await expect(lost.replace(lease, record)).rejects.toMatchObject({
        code: 'LEASE_STORE',
        outcome: 'unknown',
        retryable: true,
      })
      expect((await store(0).read(lease.name)).lease.record.holderIdentity).toBe('me')
      // So the same write cannot happen twice.
      await expect(store(0).replace(lease, record)).rejects.toThrow(LeaseConflictError)
    })

    it('looks again from time to time where it may not watch', async () => {
      const { lease } = await store(2).read(await declare())
      const slept: number[] = []
      const blind = new KubernetesLeaseStore({
        client: client(2),
        pollEveryMs: 1_234,
        clock: { sleep: async (ms) => void slept.push(ms) },
      })
      await blind.changed(lease, AbortSignal.timeout(20_000))
      expect(slept).toEqual([1_234])
    })

    it('reads again at once what is too old to be watched', async () => {
      const { lease } = await store(0).read(await declare())
      const old = { ...lease, version: '1' }
      const never = new KubernetesLeaseStore({
        client: client(0),
        clock: { sleep: () => Promise.reject(new Error('slept')) },
      })
      await never.changed(old, AbortSignal.timeout(20_000))
    })

    it('names the cluster by kube-system, if it may read that', async () => {
      const { body } = await cluster.send({ path: '/api/v1/namespaces/kube-system' })
      const { uid } = (body as { metadata: { uid: string } }).metadata
      const admin = new KubernetesLeaseStore({ client: client(3), epoch: 4 })
      expect(await admin.epoch()).toBe(`${uid}.4`)
      const least = new KubernetesLeaseStore({ client: client(0) })
      await expect(least.epoch()).rejects.toThrow(/cannot get resource "namespaces"/)
      const named = new KubernetesLeaseStore({ client: client(0), clusterId: 'prod' })
      expect(await named.epoch()).toBe('prod.1')
    })
  })
})

const leaseObject = (name: LeaseName, metadata: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Lease',
  metadata: { ...name, ...metadata },
})
