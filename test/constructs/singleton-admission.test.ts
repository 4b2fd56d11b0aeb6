import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { elected } from '../../constructs/guarantee.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { ApiClient, type ApiResponse } from '../control-plane/api-client.ts'
import { describeWithCluster } from '../control-plane/describe-with-cluster.ts'
import { connectToSharedCluster } from '../control-plane/shared-cluster-client.ts'
import { listening, objectsIn, worker } from './singleton-fixtures.ts'

const LABEL = 'lockstep.dev/leader'

describeWithCluster('An elector on the real API server', (cluster) => {
  let namespace: string
  const clients: ApiClient[] = []

  beforeAll(async () => {
    namespace = await cluster.namespace()
    const objects = objectsIn(namespace, (scope) => {
      new SingletonService(scope, 'ledger', {
        ...listening,
        guarantee: elected({ work: 'requests' }),
      })
      new SingletonService(scope, 'feed', {
        ...worker,
        guarantee: elected({ work: 'supervised' }),
      })
    })
    await cluster.apply(objects)
    for (const [app, name] of [
      ['ledger', 'ledger-own'],
      ['ledger', 'ledger-other'],
      ['feed', 'feed-own'],
      ['feed', 'feed-other'],
    ] as const) {
      await cluster.apply([podOf(objects, app, name)])
    }
    await untilEnforced()
  })

  afterAll(() => {
    for (const client of clients) client.close()
  })

  const pod = (name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`
  const evict = (name: string) => ({
    method: 'POST',
    path: `${pod(name)}/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
  })

  /** As the elector in that pod, by a token that is bound to it as the kubelet asks for one. */
  async function elector(app: string, inPod?: string): Promise<ApiClient> {
    const bound = inPod === undefined ? undefined : await cluster.get(podReference(inPod))
    const { body } = await cluster.send({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${app}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          expirationSeconds: 600,
          ...(bound !== undefined && {
            boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: inPod, uid: bound.metadata.uid },
          }),
        },
      },
    })
    const { token } = (body as { status: { token: string } }).status
    const client = new ApiClient({ ...(await connectToSharedCluster()), token })
    clients.push(client)
    return client
  }

  const patch = (client: Pick<ApiClient, 'send'>, name: string, body: object) =>
    client.send({
      method: 'PATCH',
      path: pod(name),
      body,
      contentType: 'application/merge-patch+json',
    })

  const labelled = (value: string | null) => ({ metadata: { labels: { [LABEL]: value } } })

  /** A policy holds a moment after it was made. */
  async function untilEnforced(): Promise<void> {
    const stranger = await elector('ledger', 'ledger-other')
    const evictor = await elector('feed', 'feed-other')
    const deadline = performance.now() + 20_000
    for (;;) {
      const { status } = await stranger.send({
        method: 'PATCH',
        path: `${pod('ledger-own')}?dryRun=All`,
        body: labelled('true'),
        contentType: 'application/merge-patch+json',
      })
      const eviction = await evictor.send({
        ...evict('feed-own'),
        path: `${evict('feed-own').path}?dryRun=All`,
      })
      if (status === 403 && eviction.status === 403) return
      if (performance.now() > deadline) {
        throw new Error(`not enforced yet: ${status}, ${JSON.stringify(eviction.body)}`)
      }
      await sleep(25)
    }
  }

  it('labels the pod that it runs in, and takes the label back', async () => {
    const client = await elector('ledger', 'ledger-own')
    expect((await patch(client, 'ledger-own', labelled('true'))).status).toBe(200)
    expect((await cluster.get(podReference('ledger-own')))?.metadata.labels).toMatchObject({
      [LABEL]: 'true',
    })
    expect((await patch(client, 'ledger-own', labelled(null))).status).toBe(200)
  })

  it('labels no other pod', async () => {
    const client = await elector('ledger', 'ledger-own')
    const response = await patch(client, 'ledger-other', labelled('true'))
    expect(response.status).toBe(403)
    expect(messageOf(response)).toContain('may act on the pod that it runs in')
  })

  it('sees its own pod by a patch of nothing, and no other', async () => {
    const client = await elector('ledger', 'ledger-own')
    const own = await patch(client, 'ledger-own', {})
    expect(own.status).toBe(200)
    expect(own.body).toMatchObject({ metadata: { name: 'ledger-own' } })
    expect((await patch(client, 'ledger-other', {})).status).toBe(403)
    expect((await client.send({ path: pod('ledger-other') })).status).toBe(403)
  })

  it('labels nothing with a token that is bound to no pod', async () => {
    const client = await elector('ledger')
    expect((await patch(client, 'ledger-own', labelled('true'))).status).toBe(403)
  })

  it.each<[string, { metadata?: object; spec?: object }]>([
    ['another label', { metadata: { labels: { 'app.kubernetes.io/name': 'catalog' } } }],
    ['a new label', { metadata: { labels: { mine: 'yes' } } }],
    ['no more of a label', { metadata: { labels: { owner: null } } }],
    ['an annotation', { metadata: { annotations: { mine: 'yes' } } }],
    ['a finalizer', { metadata: { finalizers: ['example.com/mine'] } }],
    [
      'the image',
      { spec: { containers: [{ name: 'ledger', image: 'registry.example.com/other:1' }] } },
    ],
    ['the time that it may live', { spec: { activeDeadlineSeconds: 1 } }],
    [
      'an owner',
      {
        metadata: {
          ownerReferences: [
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              name: 'a',
              uid: '00000000-0000-0000-0000-000000000000',
            },
          ],
        },
      },
    ],
  ])('gives its pod not even %s', async (_, change) => {
    const client = await elector('ledger', 'ledger-own')
    const body = { ...change, metadata: { ...labelled('true').metadata, ...change.metadata } }
    const response = await client.send({
      method: 'PATCH',
      path: pod('ledger-own'),
      body,
      contentType: 'application/strategic-merge-patch+json',
    })
    expect(response.status, messageOf(response)).toBe(403)
    expect(messageOf(response)).toContain('and nothing else')
  })

  it('gives the label no other value', async () => {
    const client = await elector('ledger', 'ledger-own')
    const response = await patch(client, 'ledger-own', labelled('false'))
    expect(response.status).toBe(422)
    expect(messageOf(response)).toContain("is 'true' or absent")
  })

  it('leaves everybody else alone', async () => {
    const response = await patch(cluster, 'ledger-own', {
      metadata: { annotations: { by: 'admin' } },
    })
    expect(response.status, messageOf(response)).toBe(200)
  })

  it('updates the Lease of its app, no other, and makes none', async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
    const client = await elector('ledger', 'ledger-own')
    const { status, body } = await client.send({ path: `${leases}/ledger` })
    expect(status).toBe(200)
    const response = await client.send({
      method: 'PUT',
      path: `${leases}/ledger`,
      body: taken(body as KubernetesObject),
    })
    expect(response.status, messageOf(response)).toBe(200)
    expect((await client.send({ path: `${leases}/feed` })).status).toBe(403)
    expect((await client.send({ method: 'DELETE', path: `${leases}/ledger` })).status).toBe(403)
    const made = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'new' } }
    expect((await client.send({ method: 'POST', path: leases, body: made })).status).toBe(403)
  })

  it('keeps its Lease when the manifest is applied again', async () => {
    const reference = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'ledger' },
    }
    const [lease] = objectsIn(namespace, (scope) => {
      new SingletonService(scope, 'ledger', {
        ...listening,
        guarantee: elected({ work: 'requests' }),
      })
    }).filter(({ kind, metadata }) => kind === 'Lease' && metadata.name === 'ledger')
    await cluster.apply([lease as KubernetesObject])
    expect((await cluster.get(reference))?.spec).toMatchObject({
      holderIdentity: 'somebody_1',
    })
  })

  it('of supervised work evicts no other pod, then its own, and labels none', async () => {
    const client = await elector('feed', 'feed-own')
    expect((await patch(client, 'feed-own', labelled('true'))).status).toBe(403)
    const refused = await client.send(evict('feed-other'))
    expect(refused.status).toBe(403)
    expect(messageOf(refused)).toContain('may act on the pod that it runs in')
    expect((await client.send({ method: 'DELETE', path: pod('feed-own') })).status).toBe(403)
    const evicted = await client.send(evict('feed-own'))
    expect(evicted.status, messageOf(evicted)).toBe(201)
  })
})

const podReference = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })

const messageOf = ({ body }: ApiResponse): string =>
  (body as { message?: string }).message ?? JSON.stringify(body)

/** As an elector takes it. */
const taken = (lease: KubernetesObject) => ({
  ...lease,
  metadata: {
    ...lease.metadata,
    annotations: {
      ...lease.metadata.annotations,
      'lockstep.dev/hold': '1',
      'lockstep.dev/fencing-token': lease.metadata.resourceVersion,
      'lockstep.dev/fencing-epoch': 'test.1',
    },
  },
  spec: { holderIdentity: 'somebody_1', leaseTransitions: 1 },
})

/** A pod as the Deployment's controller would make it. */
function podOf(objects: readonly KubernetesObject[], app: string, name: string) {
  const deployment = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === app,
  )
  if (deployment === undefined) throw new Error(`no Deployment ${app}`)
  const { template } = deployment.spec as {
    template: { metadata: object; spec: Record<string, unknown> }
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name },
    spec: template.spec,
  }
}
