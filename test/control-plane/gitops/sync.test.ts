import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { autoscale, fixed } from '../../../constructs/index.ts'
import { at, items } from '../../../manifests/fields.ts'
import { IMAGE } from '../../constructs/fixtures.ts'
import { eventually } from '../eventually.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { type Apps, deploymentOf, serviceOf, syncedApps } from './synced-apps.ts'

const NEWER = IMAGE.replace('1.4.2', '1.4.3')

describeWithFlux('Flux on a branch that Lockstep publishes to', (cluster, suite) => {
  let shop: string
  const apps = (): Apps => ({
    [shop]: {
      web: { replicas: autoscale({ min: 2, max: 9, cpu: 70 }) },
      api: { replicas: fixed(3) },
    },
  })
  const publish = async (wanted: Apps) => {
    const { outcome } = await suite.flux.publish(syncedApps(suite.flux, wanted).rendering)
    await suite.flux.untilApplied()
    return outcome
  }
  const image = async (name: string) =>
    at(
      items(
        at(await cluster.get(deploymentOf(shop, name)), 'spec', 'template', 'spec', 'containers'),
      )[0],
      'image',
    )

  beforeAll(async () => {
    shop = `${suite.flux.namespace}-shop`
    const { rendering, kustomizations } = syncedApps(suite.flux, apps(), {
      interval: Duration.seconds(2),
      retryInterval: Duration.seconds(1),
    })
    await suite.flux.sync(kustomizations)
    await suite.flux.publish(rendering)
    await suite.flux.untilApplied()
  })

  it('applies every object of the first publish, the namespace too', async () => {
    const { rendering } = syncedApps(suite.flux, apps())
    for (const { object } of rendering.files) {
      if (object === undefined) continue
      const live = await cluster.get(object)
      expect(live, `${object.kind} ${object.metadata.name}`).toMatchObject({
        metadata: { name: object.metadata.name },
      })
    }
  })

  it('is the one that applies: as its own field manager, server-side', async () => {
    const live = await cluster.get(deploymentOf(shop, 'api'))
    expect(live?.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'kustomize-controller', operation: 'Apply' }),
    ])
  })

  it('applies a release', async () => {
    expect(await publish({ [shop]: { ...apps()[shop], api: { image: NEWER } } })).toBe('published')
    expect(await image('api')).toBe(NEWER)
  })

  it('deletes an app that is no longer published, its traffic included', async () => {
    await publish({ [shop]: { web: apps()[shop]?.web ?? {} } })
    expect(await cluster.get(deploymentOf(shop, 'api'))).toBeUndefined()
    expect(await cluster.get(serviceOf(shop, 'api'))).toBeUndefined()
    expect(await cluster.get(deploymentOf(shop, 'web'))).toBeDefined()
  })

  it('puts back what somebody changed or deleted by hand', async () => {
    const web = deploymentOf(shop, 'web')
    const published = await image('web')
    const path = `/apis/apps/v1/namespaces/${shop}/deployments/web`
    const container = { name: 'web', image: 'registry.example.com/evil:1' }
    const answer = await cluster.send({
      method: 'PATCH',
      path,
      body: { spec: { template: { spec: { containers: [container] } } } },
      contentType: 'application/strategic-merge-patch+json',
    })
    expect(answer.status).toBe(200)
    await cluster.send({ method: 'DELETE', path: `/api/v1/namespaces/${shop}/services/web` })

    const live = () =>
      Promise.all([image('web'), cluster.get(serviceOf(shop, 'web')), cluster.get(web)])
    await eventually(
      'the published state is back',
      live,
      ([seen, service]) => seen === published && service !== undefined,
    )
  })

  it('leaves the number of pods to the autoscaler through every release', async () => {
    const path = `/apis/apps/v1/namespaces/${shop}/deployments/web/scale`
    await cluster.send({
      method: 'PATCH',
      path: `${path}?fieldManager=kube-controller-manager`,
      body: { spec: { replicas: 7 } },
      contentType: 'application/merge-patch+json',
    })
    await publish({ [shop]: { web: { ...apps()[shop]?.web, image: NEWER } } })
    expect(await image('web')).toBe(NEWER)
    expect(at((await cluster.send({ path })).body, 'spec', 'replicas')).toBe(7)
  })

  it('changes nothing when a commit is about something else', async () => {
    const generation = async () =>
      (await cluster.get(deploymentOf(shop, 'web')))?.metadata.resourceVersion
    const before = await generation()
    const commit = await suite.flux.push({ path: 'README.md', write: '# Changed\n' })
    await suite.flux.untilApplied(commit)
    expect(await generation()).toBe(before)
  })
})
