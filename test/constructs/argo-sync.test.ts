import { describe, expect, it } from 'vitest'
import { ArgoSync, type ArgoSyncProps } from '../../constructs/index.ts'
import { at } from '../../manifests/fields.ts'
import { findingsOf, syncObjects, syncTree, syncYaml } from './sync-fixtures.ts'

const source = { url: 'https://git.example.com/shop/deploy.git' }

function sync(props: Partial<ArgoSyncProps> = {}) {
  const { app, prod, cluster } = syncTree('argocd')
  new ArgoSync(cluster, 'prod', { environment: prod, source, ...props })
  expect(findingsOf(app)).toEqual([])
  return syncObjects(app)
}

describe('ArgoSync', () => {
  it('is, with nothing but a source, as written down', async () => {
    const { app, prod, cluster } = syncTree('argocd')
    new ArgoSync(cluster, 'prod', { environment: prod, source })
    await expect(syncYaml(app)).toMatchFileSnapshot('__snapshots__/g24-argo-sync.yaml')
  })

  it('has traffic in an Application of its own', () => {
    const paths = sync({ split: 'environment' }).map(({ metadata, spec }) => [
      metadata.name,
      at(spec, 'source', 'path'),
    ])
    expect(Object.fromEntries(paths)).toEqual({
      'prod-traffic': 'prod/traffic',
      'prod-workloads': 'prod/workloads',
    })
  })

  it('prunes, heals, lets the last app go, and ignores no difference', () => {
    for (const { spec } of sync({ split: 'app' })) {
      expect(at(spec, 'syncPolicy', 'automated')).toEqual({
        allowEmpty: true,
        prune: true,
        selfHeal: true,
      })
      expect(at(spec, 'source', 'directory')).toEqual({ recurse: true })
      expect(spec).not.toHaveProperty('ignoreDifferences')
    }
  })

  it('leaves everything behind where nothing is to be pruned', () => {
    for (const { metadata, spec } of sync({ prune: false })) {
      expect(metadata).not.toHaveProperty('finalizers')
      expect(at(spec, 'syncPolicy', 'automated', 'prune')).toBe(false)
    }
  })

  it('takes what a platform team decides', () => {
    const [application] = sync({
      source: { ...source, branch: 'main' },
      project: 'shop',
      cluster: 'prod-eu',
    })
    expect(application?.spec).toMatchObject({
      project: 'shop',
      destination: { name: 'prod-eu' },
      source: { repoURL: source.url, targetRevision: 'main' },
    })
  })
})
