import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../../kubernetes/transport.ts'
import { KubernetesLeaseStore } from '../../../leases/kubernetes-lease-store.ts'
import type { LeaseName } from '../../../leases/lease-name.ts'
import { queueLeaseName, runsLeaseName, slotLeaseName } from '../../../leases/names.ts'
import { type ConnectedClient, connect } from '../../control-plane/connected-client.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { applyServiceAccount, tokenOf } from '../../control-plane/service-account.ts'
import { connectToSharedCluster } from '../../control-plane/shared-cluster-client.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'
import { describeLockFunction } from './lock-function-contract.ts'

const GROUP = 'coordination.k8s.io'
const SLOTS = 3
/** More than the suites use: a role lists its Leases by name. */
const LOCKS = Array.from({ length: 40 }, (_, index) => `lock-${index}`)
const leasesOf = (lock: string) => [
  ...Array.from({ length: SLOTS }, (_, slot) => slotLeaseName(lock, slot)),
  queueLeaseName(lock),
  runsLeaseName(lock),
]

describeWithCluster('On a real API server, with the least rights,', (cluster) => {
  let namespace: string
  const connections: ConnectedClient[] = []
  let declared = 0
  let opened = 0

  beforeAll(async () => {
    namespace = await cluster.namespace()
    await applyServiceAccount(cluster, 'functions', [
      {
        apiGroups: [GROUP],
        resources: ['leases'],
        resourceNames: LOCKS.flatMap(leasesOf),
        verbs: ['get', 'update', 'watch'],
      },
    ])
    const admin = await connectToSharedCluster()
    for (let index = 0; index < 2; index++) {
      connections.push(connect({ ...admin, token: await tokenOf(cluster, 'functions') }))
    }
  })
  afterAll(() => {
    for (const { transport } of connections) transport.close()
  })

  const open = () =>
    new KubernetesLeaseStore({
      client: connections[opened++ % connections.length]!.client,
      clusterId: 'test',
    })
  async function declare(): Promise<LeaseName> {
    const name = LOCKS[declared++]!
    await cluster.apply(
      leasesOf(name).map((lease) => ({
        apiVersion: `${GROUP}/v1`,
        kind: 'Lease',
        metadata: { namespace, name: lease },
      })),
    )
    return { namespace, name }
  }

  describeLockFunction({ name: 'Leases', open, declare })

  describe('the lock function', () => {
    const pathOf = ({ namespace, name }: LeaseName, id: string = randomUUID()) =>
      `/v1/locks/${namespace}/${name}/holds/${id}`

    it('says the line that declares a lock', async () => {
      const alice = new FunctionCaller([functionOf({ store: open() })], 'alice')
      const path = pathOf({ namespace, name: LOCKS.at(-1)! })
      const { status, body } = await alice.call('PUT', path, { body: {} })
      expect([status, body.code]).toEqual([404, 'LOCK_NOT_DECLARED'])
      expect(body.detail).toContain(`new Lock(namespace, '${LOCKS.at(-1)}')`)
    })

    it('says that a lock has fewer slots than somebody takes it to have', async () => {
      const name = LOCKS[declared++]!
      const lease = (annotations?: Record<string, string>) => ({
        apiVersion: `${GROUP}/v1`,
        kind: 'Lease',
        metadata: { namespace, name, ...(annotations && { annotations }) },
      })
      const alice = new FunctionCaller([functionOf({ store: open() })], 'alice')
      const ask = () => alice.call('PUT', pathOf({ namespace, name }), { body: { slots: 2 } })
      await cluster.apply([lease()])
      const missing = await ask()
      expect([missing.status, missing.body.code]).toEqual([404, 'LOCK_NOT_DECLARED'])
      expect(missing.body.detail).toContain(`new Lock(namespace, '${name}', { slots: 2 })`)
      await cluster.apply([lease({ 'lockstep.dev/slots': '1' })])
      const { status, body } = await ask()
      expect([status, body.code]).toEqual([409, 'PARAMETERS_CONFLICT'])
      expect(body.detail).toContain('has one slot, and this caller says 2. Say 1')
    })

    it('lets a caller follow a dead holder by the clocks of server and function', async () => {
      const lock = await declare()
      const instances = [1, 2].map(() => functionOf({ store: open(), skewMs: 1_000 }))
      const alice = new FunctionCaller(instances, 'alice')
      const bob = new FunctionCaller(instances, 'bob')
      const dead = await alice.call('PUT', pathOf(lock), { body: { ttlSeconds: 3 } })
      const mine = pathOf(lock)
      let observation: string | undefined
      const taken = await eventually(
        'bob follows alice',
        async () => {
          const brought = observation === undefined ? {} : { observation }
          const answer = await bob.call('PUT', mine, { body: brought })
          observation = answer.body.observation
          return answer
        },
        ({ status }) => status === 201,
      )
      expect(BigInt(taken.body.number)).toBeGreaterThan(BigInt(dead.body.number))
    })

    it('answers the same to whoever lost the answer after the commit', async () => {
      const lock = await declare()
      const { transport } = connections[0]!
      let isLossy = true
      const lossy: KubernetesTransport = {
        async open(request) {
          const answer = await transport.open(request)
          if (!isLossy || request.method !== 'PUT') return answer
          isLossy = false
          throw new Error('lost after the commit')
        },
      }
      const store = new KubernetesLeaseStore({
        client: new KubernetesClient({ transport: lossy }),
        clusterId: 'test',
      })
      const alice = new FunctionCaller([functionOf({ store })], 'alice')
      const path = pathOf(lock)
      const lost = await alice.call('PUT', path, { body: {} })
      expect(lost).toMatchObject({ status: 504, body: { outcome: 'unknown', retryable: true } })
      const again = await alice.call('PUT', path, { body: {} })
      expect(again.status).toBe(200)
      isLossy = true
      const { handle } = again.body
      const renewal = await alice.call('POST', `${path}/renew`, { handle })
      expect(renewal).toMatchObject({ status: 504, body: { outcome: 'unknown' } })
      const renewed = await alice.call('POST', `${path}/renew`, { handle })
      expect(renewed).toMatchObject({ status: 200, body: { token: again.body.token } })
    })
  })
})
