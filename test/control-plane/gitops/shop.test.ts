import { Duration } from 'cdk8s'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { environments } from '../../../apps/environments.ts'
import { shop } from '../../../apps/shop.ts'
import {
  type App,
  Environment,
  FencingPolicy,
  Lock,
  type Namespace,
} from '../../../constructs/index.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { deletePolicies, stamp, untilRefused } from '../../constructs/lock-calls.ts'
import { gatewayApiDefinitions } from '../gateway-api.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { deploymentOf, syncedEnvironment } from './synced-apps.ts'

const DEPLOYMENTS = ['storefront', 'catalog', 'checkout', 'feed-importer', 'ledger'] as const

const newRelease = `registry.example.com/shop/catalog:9.9@sha256:${'9'.repeat(64)}`

/** As in production, with a lock whose holder may set the capacity of what the sync writes too. */
function defineProd(app: App, sync: string, catalog?: string): Environment {
  const { name, size, release, images, ...settings } = environments.find(
    ({ name }) => name === 'prod',
  )!
  const prod = new Environment(app, name, {
    ...settings,
    images: { ...images, ...(catalog !== undefined && { catalog }) },
  })
  shop(prod, { size, release })
  const namespace = prod.node.findChild('shop') as Namespace
  new Lock(namespace, 'capacity')
  for (const deployment of DEPLOYMENTS) {
    new FencingPolicy(namespace, `${deployment}-capacity`, {
      lock: 'capacity',
      protects: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment }],
      sharedWith: [
        { user: sync, risk: 'a release overwrites what the holder has set' },
        {
          user: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
          risk: 'load overrules the holder',
        },
      ],
    })
  }
  return prod
}

describeWithFlux('The first sync of the whole shop, with its fences', (cluster, suite) => {
  let user: string
  const define = (catalog?: string) =>
    syncedEnvironment(suite.flux, (app) => defineProd(app, user, catalog), {
      retryInterval: Duration.seconds(1),
    })
  const objects = () => define().rendering.files.flatMap(({ object }) => object ?? [])
  beforeAll(async () => {
    user = await whoWeAre()
    await cluster.apply(await gatewayApiDefinitions())
    const { rendering, kustomizations } = define()
    await suite.flux.publish(rendering)
    await suite.flux.sync(kustomizations)
    await suite.flux.untilApplied()
  }, 120_000)

  afterAll(() => deletePolicies(cluster, objects()))

  /** The controller has the credentials of the tests. */
  async function whoWeAre(): Promise<string> {
    const { body } = await cluster.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    })
    return (body as { status: { userInfo: { username: string } } }).status.userInfo.username
  }

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

  it('is followed by a release while the fences are in force', async () => {
    const catalog = deploymentOf('shop', 'catalog')
    const path = await cluster.pathOf(catalog)
    await untilRefused('a token that the sync does not have', () =>
      cluster.send({
        method: 'PATCH',
        path: `${path}?dryRun=All`,
        body: { metadata: { annotations: stamp(1) } },
        contentType: 'application/merge-patch+json',
      }),
    )
    expect(await suite.flux.publish(define(newRelease).rendering)).toMatchObject({
      outcome: 'published',
    })
    await suite.flux.untilApplied()
    expect(JSON.stringify((await cluster.get(catalog))?.spec)).toContain(newRelease)
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
