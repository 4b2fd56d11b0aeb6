import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeIdentity, identityOf } from '../../../manifests/identity.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { KubernetesLiveState } from '../../../reconciler/kubernetes-live-state.ts'
import { liveDifference } from '../../../rollouts/live-difference.ts'
import { writtenAtMs } from '../../../rollouts/written-at.ts'
import { GOLDENS_IN_FLIGHT } from '../../goldens/goldens.ts'
import { type ConnectedClient, connect } from '../connected-client.ts'
import { describeWithCluster } from '../describe-with-cluster.ts'
import { gatewayApiDefinitions } from '../gateway-api.ts'
import { inNamespace } from '../in-namespace.ts'
import { applyServiceAccount, tokenOf } from '../service-account.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'

/** What a rollout looks at, and the API group of its resource. */
const RESOURCES = {
  Deployment: ['apps', 'deployments'],
  HorizontalPodAutoscaler: ['autoscaling', 'horizontalpodautoscalers'],
  Service: ['', 'services'],
  HTTPRoute: ['gateway.networking.k8s.io', 'httproutes'],
} as const

describeWithCluster('What runs, on a real API server', (cluster) => {
  let watcher: ConnectedClient
  let live: KubernetesLiveState
  let all: readonly KubernetesObject[]
  let route: KubernetesObject
  const readOne = async (object: KubernetesObject): Promise<KubernetesObject> => {
    const [found] = (await live.read([identityOf(object)])).objects
    if (found === undefined) throw new Error(`${describeIdentity(identityOf(object))} is missing`)
    return found
  }
  const patch = async (object: KubernetesObject, body: object) => {
    const path = await cluster.pathOf(object)
    const contentType = 'application/merge-patch+json'
    const { status } = await cluster.send({ method: 'PATCH', path: path!, body, contentType })
    expect(status).toBe(200)
  }

  beforeAll(async () => {
    await cluster.apply(await gatewayApiDefinitions())
    const written = GOLDENS_IN_FLIGHT.flatMap((golden) => golden.objects('1.36'))
    all = inNamespace(written, await cluster.namespace()).filter(({ kind }) => kind in RESOURCES)
    route = all.find(({ kind }) => kind === 'HTTPRoute')!
    await cluster.apply(all)
    const rules = Object.entries(RESOURCES).map(([wanted, [group, resource]]) => ({
      apiGroups: [group],
      resources: [resource],
      resourceNames: all.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name),
      verbs: ['get'],
    }))
    // A right on what the cluster does not know, without which it would say no more than that.
    const argo = { apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['get'] }
    await applyServiceAccount(cluster, 'watcher', [...rules, argo])
    const { server, certificateAuthority } = await connectToSharedCluster()
    const token = await tokenOf(cluster, 'watcher')
    watcher = connect({ server, certificateAuthority, token })
    live = new KubernetesLiveState({ client: watcher.client })
  })
  afterAll(() => watcher?.transport.close())

  it('is seen by whoever may get these objects and nothing else', async () => {
    const before = Date.now()
    const { atMs, objects } = await live.read(all.map(identityOf))
    expect(objects.map((object) => object && describeIdentity(identityOf(object)))).toEqual(
      all.map((object) => describeIdentity(identityOf(object))),
    )
    // Both clocks are of this machine, and dates are cut off to seconds.
    expect(atMs).toBeGreaterThan(before - 2000)
  })

  it('says all that was applied, whatever the API server added', async () => {
    for (const object of all) expect(liveDifference(object, await readOne(object))).toBeUndefined()
  })

  it('is not seen by whoever may not', async () => {
    const other = { ...identityOf(all[0]!), name: 'ledger' }
    await expect(live.read([other])).rejects.toThrow(/403 Forbidden/)
  })

  it('is not seen of a kind that the cluster does not serve', async () => {
    const application = { ...identityOf(all[0]!), group: 'argoproj.io', kind: 'Application' }
    await expect(live.read([application])).rejects.toThrow(
      'the cluster does not serve Application (argoproj.io/v1alpha1)',
    )
    const namespace = await cluster.namespace()
    expect(await live.syncs!.read({ ...application, namespace })).toBeUndefined()
  })

  it('was written when somebody changed it, and not when nothing changed', async () => {
    const changed = {
      ...route,
      spec: { ...(route.spec as object), hostnames: ['a.example.com'] },
    }
    const first = writtenAtMs(await readOne(route), 'spec')!
    await sleep(1100)
    await cluster.apply([route])
    expect(writtenAtMs(await readOne(route), 'spec')).toBe(first)
    await cluster.apply([changed])
    const second = writtenAtMs(await readOne(route), 'spec')!
    expect(second).toBeGreaterThan(first)
    await sleep(1100)
    // By somebody else, who is no owner of its spec.
    await patch(route, { metadata: { labels: { touched: 'yes' } } })
    expect(writtenAtMs(await readOne(route), 'spec')).toBe(second)
    await patch(route, { spec: { hostnames: ['b.example.com'] } })
    const third = writtenAtMs(await readOne(route), 'spec')!
    expect(third).toBeGreaterThan(second)
    await sleep(1100)
    await cluster.apply([changed])
    expect(writtenAtMs(await readOne(route), 'spec')).toBeGreaterThan(third)
  })

  it('has a status that is written apart from it', async () => {
    const path = `${await cluster.pathOf(route)}/status`
    const before = writtenAtMs(await readOne(route), 'spec')
    await sleep(1100)
    const { status } = await cluster.send({
      method: 'PATCH',
      path,
      body: { status: { parents: [] } },
      contentType: 'application/merge-patch+json',
    })
    expect(status).toBe(200)
    const seen = await readOne(route)
    expect(writtenAtMs(seen, 'spec')).toBe(before)
    expect(writtenAtMs(seen, 'status')).toBeGreaterThan(before!)
  })

  it('does not say when, once somebody has taken that away', async () => {
    await patch(route, { metadata: { managedFields: [{}] } })
    expect(writtenAtMs(await readOne(route), 'spec')).toBeUndefined()
  })
})
