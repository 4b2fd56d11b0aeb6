import { Duration } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { environments } from '../../../apps/environments.ts'
import { shop } from '../../../apps/shop.ts'
import { type App, Environment } from '../../../constructs/index.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { gatewayApiDefinitions } from '../gateway-api.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { syncedEnvironment } from './synced-apps.ts'

function defineProd(app: App): Environment {
  const { name, size, ...settings } = environments.find(({ name }) => name === 'prod')!
  const prod = new Environment(app, name, settings)
  shop(prod, size)
  return prod
}

describeWithFlux('The first sync of the whole shop', (cluster, suite) => {
  const define = () =>
    syncedEnvironment(suite.flux, defineProd, { retryInterval: Duration.seconds(1) })
  const objects = () => define().rendering.files.flatMap(({ object }) => object ?? [])
  beforeAll(async () => {
    await cluster.apply(await gatewayApiDefinitions())
    const { rendering, kustomizations } = define()
    await suite.flux.publish(rendering)
    await suite.flux.sync(kustomizations)
    await suite.flux.untilApplied()
  }, 120_000)

  it('applies every object of every app', async () => {
    expect(objects().length).toBeGreaterThan(40)
    for (const object of objects()) {
      const { name, labels = {} } = object.metadata
      const live = await cluster.get(object)
      expect(live?.metadata, `${object.kind} ${name}`).toMatchObject({ name, labels })
    }
  })

  it('is a thing of once: the same again is no commit, and another commit changes no object', async () => {
    const versions = async () => {
      const live = await Promise.all(objects().map((object) => cluster.get(object)))
      return live.map((object) => object?.metadata.resourceVersion)
    }
    const before = await versions()
    expect(await suite.flux.publish(define().rendering)).toMatchObject({ outcome: 'unchanged' })
    await suite.flux.untilApplied(await suite.flux.push({ path: 'README.md', write: '# Shop\n' }))
    expect(await versions()).toEqual(before)
  })

  it('is undone as a whole when nothing is published any more, but for what holds data', async () => {
    const nothing = { ...define().rendering, files: [] }
    const refused = await suite.flux.publish(nothing)
    expect(refused.outcome).toBe('stopped')
    const allowDestroy = refused.plan.stops.flatMap(({ object }) => object ?? [])
    expect(await suite.flux.publish(nothing, { allowDestroy })).toMatchObject({
      outcome: 'published',
    })
    await suite.flux.untilApplied()

    const kept = objects().filter(isNeverPruned)
    expect(kept).not.toEqual([])
    const left = await Promise.all(objects().map((object) => cluster.get(object)))
    const names = left.flatMap((object) =>
      // A namespace is marked and no more: what would empty it is not part of this cluster.
      object === undefined || object.metadata.deletionTimestamp ? [] : nameOf(object),
    )
    expect(names).toEqual(kept.map(nameOf))
  })
})

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`

const isNeverPruned = ({ metadata }: KubernetesObject) =>
  metadata.annotations?.['kustomize.toolkit.fluxcd.io/prune'] === 'disabled'
