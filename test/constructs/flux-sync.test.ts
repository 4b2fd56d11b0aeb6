import { Duration } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import {
  App,
  Environment,
  FluxSync,
  type FluxSyncProps,
  HighlyAvailableDeployment,
  Namespace,
  type SyncSplit,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { at } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { minimal } from './fixtures.ts'
import { findingsOf, syncObjects, syncTree, syncYaml } from './sync-fixtures.ts'

const source = { name: 'deploy' }

function sync(props: Partial<FluxSyncProps> = {}): readonly KubernetesObject[] {
  const { app, prod, cluster } = syncTree()
  new FluxSync(cluster, 'prod', { environment: prod, source, ...props })
  return syncObjects(app)
}

const pathsByName = (objects: readonly KubernetesObject[]) =>
  Object.fromEntries(objects.map(({ metadata, spec }) => [metadata.name, at(spec, 'path')]))

describe('FluxSync', () => {
  it('is, with nothing but a source, as written down', async () => {
    const { app, prod, cluster } = syncTree()
    new FluxSync(cluster, 'prod', { environment: prod, source })
    await expect(syncYaml(app)).toMatchFileSnapshot('__snapshots__/g24-flux-sync.yaml')
  })

  it('syncs all workloads by one Kustomization and all traffic by another', () => {
    expect(pathsByName(sync({ split: 'environment' }))).toEqual({
      'prod-traffic': './prod/traffic',
      'prod-workloads': './prod/workloads',
    })
  })

  it('syncs each namespace by itself, and what is in none', () => {
    expect(pathsByName(sync({ split: 'namespace' }))).toEqual({
      'prod-cluster-workloads': './prod/workloads/_cluster',
      'prod-traffic-search': './prod/traffic/search',
      'prod-traffic-shop': './prod/traffic/shop',
      'prod-workloads-search': './prod/workloads/search',
      'prod-workloads-shop': './prod/workloads/shop',
    })
  })

  it('syncs each app by itself, and traffic only of those that have any', () => {
    expect(pathsByName(sync({ split: 'app' }))).toEqual({
      'prod-cluster-workloads': './prod/workloads/_cluster',
      'prod-namespace-workloads-search': './prod/workloads/search/_namespace',
      'prod-namespace-workloads-shop': './prod/workloads/shop/_namespace',
      'prod-traffic-search.search': './prod/traffic/search/search',
      'prod-traffic-shop.web': './prod/traffic/shop/web',
      'prod-workloads-search.search': './prod/workloads/search/search',
      'prod-workloads-shop.importer': './prod/workloads/shop/importer',
      'prod-workloads-shop.web': './prod/workloads/shop/web',
    })
  })

  it.each<SyncSplit>(['environment', 'namespace', 'app'])(
    'has every synced file in exactly one Kustomization, split by %s',
    (split) => {
      const { app, prod, cluster } = syncTree()
      new FluxSync(cluster, 'prod', { environment: prod, source, split })
      const paths = Object.values(pathsByName(syncObjects(app)))
      const { files } = synthesizeTree(app).renderings.find(
        ({ environment }) => environment === 'prod',
      ) ?? { files: [] }
      const owners = files.map(({ path }) =>
        paths.filter((folder) => `./prod/${path}`.startsWith(`${folder}/`)),
      )
      expect(owners.length).toBeGreaterThan(10)
      expect(owners.every(({ length }) => length === 1)).toBe(true)
    },
  )

  it.each<SyncSplit>(['environment', 'namespace', 'app'])(
    'makes nothing depend on anything and nothing wait, split by %s',
    (split) => {
      for (const { spec } of sync({ split })) {
        expect(spec).toMatchObject({ wait: false, prune: true })
        expect(spec).not.toHaveProperty('dependsOn')
      }
    },
  )

  it('lets traffic never wait, also where workloads do', () => {
    const waits = sync({ split: 'environment', wait: true }).map(({ metadata, spec }) => [
      metadata.name,
      at(spec, 'wait'),
    ])
    expect(Object.fromEntries(waits)).toEqual({ 'prod-traffic': false, 'prod-workloads': true })
  })

  it('takes what a platform team decides', () => {
    const [traffic] = sync({
      split: 'environment',
      source: { kind: 'OCIRepository', name: 'deploy', namespace: 'sources' },
      interval: Duration.hours(1),
      retryInterval: Duration.seconds(90),
      timeout: Duration.minutes(5),
      serviceAccountName: 'shop-deployer',
      prune: false,
    })
    expect(traffic?.spec).toEqual({
      interval: '60m',
      retryInterval: '90s',
      timeout: '5m',
      sourceRef: { kind: 'OCIRepository', name: 'deploy', namespace: 'sources' },
      path: './prod/traffic',
      prune: false,
      wait: false,
      serviceAccountName: 'shop-deployer',
    })
  })

  it('can be patched', () => {
    const { app, prod, cluster } = syncTree()
    const { kustomizations } = new FluxSync(cluster, 'prod', { environment: prod, source })
    for (const kustomization of kustomizations) {
      kustomization.patch(({ spec }) => {
        spec.suspend = true
      })
    }
    for (const { spec } of syncObjects(app)) {
      expect(spec).toMatchObject({ suspend: true })
    }
  })

  it('is an error before the apps, which nothing would sync', () => {
    const { app, prod, cluster } = syncTree()
    new FluxSync(cluster, 'prod', { environment: prod, source })
    new HighlyAvailableDeployment(new Namespace(prod, 'late'), 'late', minimal)
    expect(findingsOf(app)).toEqual([
      "'environment' got 'prod/traffic/late' after the sync was made, so nothing syncs it",
      "'environment' got 'prod/workloads/late' after the sync was made, so nothing syncs it",
    ])
  })

  it('is an error in the environment that it syncs', () => {
    const app = new App({ outdir: 'unused' })
    const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
    new FluxSync(new Namespace(prod, 'flux-system'), 'prod', {
      environment: prod,
      source,
      split: 'environment',
    })
    expect(findingsOf(app)).toEqual([
      '\'environment\' is the one that the sync objects are in, so nothing would ever apply the first of them, got "prod"',
    ])
  })

  it('is an error under a name that does not fit a label, and for no time at all', () => {
    const { app, prod, cluster } = syncTree()
    const id = 'x'.repeat(55)
    new FluxSync(cluster, id, {
      environment: prod,
      source,
      split: 'environment',
      timeout: Duration.millis(1),
    })
    expect(findingsOf(app)).toEqual([
      expect.stringMatching(/^'timeout' must be at least 1 s/),
      expect.stringContaining(`'${id}-workloads' of 65 characters, and 63 are allowed`),
    ])
  })
})
