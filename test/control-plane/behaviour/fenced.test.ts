import { afterAll, beforeAll, expect, it } from 'vitest'
import { HighlyAvailableDeployment } from '../../../constructs/highly-available-deployment.ts'
import { Lock } from '../../../constructs/lock.ts'
import { Testing } from '../../../constructs/testing.ts'
import { KubernetesLeaseStore } from '../../../leases/kubernetes-lease-store.ts'
import { Locks } from '../../../leases/locks.ts'
import { at } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { minimal } from '../../constructs/fixtures.ts'
import {
  deletePolicies,
  messageOf,
  ObjectCalls,
  stamp,
  untilRefused,
} from '../../constructs/lock-calls.ts'
import { objectsIn } from '../../constructs/singleton-fixtures.ts'
import { type ConnectedClient, connect } from '../connected-client.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { inNamespace } from '../in-namespace.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import { isReady, isRolledOut } from './conditions.ts'

const CURSOR = { apiVersion: 'v1', kind: 'ConfigMap', name: 'cursor' } as const
const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const

describeWithNodes('What a lock protects, among the real controllers', (cluster) => {
  let namespace: string
  let connection: ConnectedClient
  let policies: readonly KubernetesObject[] = []
  let deployment: KubernetesObject

  const locksIn = (name: string) =>
    new Locks({
      store: new KubernetesLeaseStore({ client: connection.client, clusterId: 'test' }),
      holder: 'test',
      namespace: name,
    })
  const configMapIn = (name: string, metadata: object = {}) =>
    new ObjectCalls(cluster, `/api/v1/namespaces/${name}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cursor', namespace: name, ...metadata },
    })
  const webCalls = () =>
    new ObjectCalls(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment)

  beforeAll(async () => {
    namespace = await cluster.namespace()
    connection = connect(await connectToSharedCluster('nodes'))
    const { objects } = Testing.synth((scope) => {
      new HighlyAvailableDeployment(scope, 'web', {
        ...minimal,
        rollingUpdate: { minReadySeconds: 2 },
      })
    })
    const app = inNamespace(objects, namespace)
    deployment = app.find(({ kind }) => kind === 'Deployment')!
    await cluster.apply(app)
    await cluster.until(deployment, isRolledOut)
    policies = objectsIn(namespace, (scope) => {
      new Lock(scope, 'ledger', { protects: [CURSOR, WEB] })
    })
    await cluster.apply(policies)
    await untilRefused('a write without a token', () =>
      webCalls().patch({ spec: { paused: true } }, '?dryRun=All'),
    )
  }, 180_000)

  afterAll(async () => {
    connection?.transport.close()
    await deletePolicies(cluster, policies)
  })

  it('has policies that their controller finds nothing wrong with', async () => {
    for (const policy of policies.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')) {
      const { status } = await cluster.until(policy, isTypeChecked)
      expect(at(status, 'typeChecking'), policy.metadata.name).toEqual({})
    }
  })

  it('is kept by its controllers while a new holder has not stamped it yet, and after', async () => {
    const hold = await locksIn(namespace).acquire('ledger')
    const pods = cluster.pods(deployment)
    const [first] = await pods.list()
    await pods.delete(first!.name)
    await cluster.until(deployment, (object) => !isReady(object))
    await cluster.until(deployment, isRolledOut)

    const released = await webCalls().patch({
      metadata: { annotations: stamp(hold.token.number, hold.token.epoch) },
      spec: { minReadySeconds: 1, revisionHistoryLimit: 3 },
    })
    expect(released.status, messageOf(released)).toBe(200)
    await cluster.until(deployment, isRolledOut)
    await hold.release()
  })

  it('is collected with its owner', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } }
    await cluster.apply([owner])
    const { uid } = (await cluster.get(owner))!.metadata
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]
    const made = await configMapIn(namespace, { ownerReferences }).create(stamp(2n ** 60n))
    expect(made.status, messageOf(made)).toBe(201)
    await cluster.send({ method: 'DELETE', path: (await cluster.pathOf(owner))! })
    await eventually(
      'the cursor is gone',
      async () => cluster.get({ ...CURSOR, metadata: { name: 'cursor' } }),
      (object) => object === undefined,
    )
  })

  it('goes with its namespace, while the lock is held', async () => {
    const name = await cluster.namespace(`${namespace}-gone`)
    const own = objectsIn(name, (scope) => {
      new Lock(scope, 'ledger', { protects: [CURSOR] })
    })
    await cluster.apply(own)
    const hold = await locksIn(name).acquire('ledger')
    const made = await configMapIn(name).create(stamp(hold.token.number, hold.token.epoch))
    expect(made.status, messageOf(made)).toBe(201)
    await untilRefused('a write without a token', () =>
      configMapIn(name).patch({ data: { by: 'nobody' } }, '?dryRun=All'),
    )
    await cluster.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` })
    await eventually(
      'the namespace is gone',
      async () => (await cluster.send({ path: `/api/v1/namespaces/${name}` })).status,
      (status) => status === 404,
    )
    await deletePolicies(cluster, own)
  })
})

const isTypeChecked = ({ status }: KubernetesObject): boolean =>
  at(status, 'observedGeneration') !== undefined
