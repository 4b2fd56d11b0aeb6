import { tmpdir } from 'node:os'
import type { IConstruct } from 'constructs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { App, Environment } from 'lockstep'
import { describe, expect, it } from 'vitest'
import { environments } from '../../apps/environments.ts'
import images from '../../apps/images.json' with { type: 'json' }
import { shop } from '../../apps/shop.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { at } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { bytesOf, synthesizeShop } from './synthesize-shop.ts'

const synthesis = await synthesizeShop()

const rendering = (environment: string) =>
  synthesis.renderings.find((candidate) => candidate.environment === environment)!

function find(environment: string, kind: string, name: string): KubernetesObject {
  const found = rendering(environment).files.flatMap(({ object }) => object ?? [])
  return found.find((object) => object.kind === kind && object.metadata.name === name)!
}

const imageOf = ({ spec }: KubernetesObject): unknown =>
  (at(spec, 'template', 'spec', 'containers') as { image: string }[])[0]?.image

describe('the shop', () => {
  it('synthesizes with nothing to say against it that is not accepted with a reason', () => {
    expect(synthesis.findings.filter(({ waived }) => waived === undefined)).toEqual([])
    expect(new Set(synthesis.findings.map(({ rule }) => rule))).toEqual(
      new Set(['probe/liveness-missing', 'singleton/manual-recovery', 'singleton/not-at-most-one']),
    )
  })

  it.each(['staging', 'prod'])('is written for %s as it was reviewed', async (environment) => {
    const { renderings } = { renderings: [rendering(environment)] }
    await expect(bytesOf({ renderings })).toMatchFileSnapshot(
      `__snapshots__/shop-${environment}.yaml`,
    )
  })

  it('has seven apps in each environment', () => {
    for (const { files } of synthesis.renderings) {
      const apps = new Set(files.map(({ app }) => app).filter((app) => !app.includes('_')))
      expect([...apps].sort()).toEqual([
        'shop/catalog',
        'shop/checkout',
        'shop/feed-importer',
        'shop/ledger',
        'shop/nightly-report',
        'shop/search',
        'shop/storefront',
      ])
    }
  })

  it.each(['staging', 'prod'] as const)('runs in %s the images that are pinned for it', (name) => {
    for (const app of ['storefront', 'catalog', 'checkout'] as const) {
      expect(imageOf(find(name, 'Deployment', app))).toBe(images[name][app])
    }
    expect(imageOf(find(name, 'StatefulSet', 'search'))).toBe(images[name].search)
  })

  it('keeps the storefront large enough for the loss of a zone, and public', () => {
    expect(find('prod', 'HorizontalPodAutoscaler', 'storefront').spec).toMatchObject({
      minReplicas: 6,
      maxReplicas: 60,
    })
    expect(find('prod', 'Deployment', 'storefront').spec).not.toHaveProperty('replicas')
    expect(find('prod', 'HTTPRoute', 'storefront').spec).toMatchObject({
      hostnames: ['shop.example.com'],
    })
  })

  it('keeps the catalog at a number, with its settings in an immutable ConfigMap', () => {
    expect(find('prod', 'Deployment', 'catalog').spec).toMatchObject({ replicas: 4 })
    const configMap = rendering('prod').files.find(({ path }) => /configmap-catalog/.test(path))
    expect(configMap?.object).toMatchObject({
      immutable: true,
      data: { 'settings.yaml': 'pageSize: 48\ncurrency: KRW\n' },
    })
  })

  it('releases checkout with care in prod, frozen on weekends, and in seconds in staging', () => {
    const planOf = (environment: string) => {
      const path = 'rollouts/shop/checkout/plan.yaml'
      return load(rendering(environment).files.find((file) => file.path === path)!.text)
    }
    expect(planOf('prod')).toMatchObject({
      kind: 'RolloutPlan',
      spec: {
        steps: [{ weight: 5 }, { weight: 25 }, { weight: 50 }],
        analysis: [{ name: 'success-rate' }, { name: 'latency-p99' }],
        freezeWindows: [{ timeZone: 'Asia/Seoul' }],
      },
    })
    expect(planOf('staging')).toMatchObject({
      spec: {
        steps: [
          { weight: 25, holdSeconds: 3 },
          { weight: 50, holdSeconds: 3 },
        ],
        analysis: [{ name: 'success-rate', intervalSeconds: 1 }],
        router: { settleSeconds: 1 },
        freezeWindows: [],
      },
    })
  })

  it('has one of what there may be one of, each in its own way', () => {
    expect(find('prod', 'Lease', 'ledger')).not.toHaveProperty('spec')
    expect(at(find('prod', 'StatefulSet', 'search').spec, 'volumeClaimTemplates')).toMatchObject([
      { spec: { accessModes: ['ReadWriteOncePod'] } },
    ])
    expect(find('prod', 'Deployment', 'feed-importer').spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
    })
    expect(find('prod', 'CronJob', 'nightly-report').spec).toMatchObject({
      concurrencyPolicy: 'Forbid',
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
    })
  })
})

describe('the bytes of the shop are the same', () => {
  const bytes = bytesOf(synthesis)

  it.each<[string, Parameters<typeof synthesizeShop>[0]]>([
    ['in another process', {}],
    ['in another folder', { cwd: tmpdir() }],
    ['in another time zone', { env: { TZ: 'Pacific/Kiritimati' } }],
    ['in another language', { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } }],
  ])('%s', async (_, options) => {
    expect(bytesOf(await synthesizeShop(options))).toBe(bytes)
  })

  it('whatever the order in which constructs are made', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const app = new App({ outdir: 'unused' })
        for (const { name, size, release, ...settings } of environments) {
          shop(new Environment(app, name, settings), { size, release })
        }
        const before = pathsOf(app)
        for (const construct of app.node.findAll()) shuffleChildren(construct, numbers)
        fc.pre(before !== pathsOf(app))
        expect(bytesOf(synthesizeTree(app))).toBe(bytes)
      }),
      { numRuns: 20 },
    )
  })
})

const pathsOf = (app: IConstruct): string =>
  app.node
    .findAll()
    .map(({ node }) => node.path)
    .join()

/** As if the children had been made in another order: a construct remembers them in that. */
function shuffleChildren({ node }: IConstruct, numbers: Iterator<number>): void {
  const shuffled = node.children
    .map((child) => ({ child, rank: numbers.next().value }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ child }) => [child.node.id, child])
  Object.assign(node, { _children: Object.fromEntries(shuffled) })
}
