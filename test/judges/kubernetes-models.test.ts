import { describe, expect, it } from 'vitest'
import { ArgoSync, FluxSync } from '../../constructs/index.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { syncObjects, syncTree } from '../constructs/sync-fixtures.ts'
import { GOLDENS, GOLDENS_IN_FLIGHT } from '../goldens/goldens.ts'
import { shopObjects } from '../goldens/shop.ts'
import { modelProblem } from './kubernetes-models.ts'

const ALL = [...GOLDENS, ...GOLDENS_IN_FLIGHT]

const problemsOf = async (objects: readonly KubernetesObject[]) => {
  const judged = objects.map(async (object) => ({ object, problem: await modelProblem(object) }))
  return (await Promise.all(judged)).filter(({ problem }) => problem !== undefined)
}

describe('kubernetes-models', () => {
  it.each(ALL)('accepts every object of $name', async ({ objects }) => {
    expect(await problemsOf(objects())).toEqual([])
  })

  it('accepts every object of the shop', async () => {
    for (const objects of (await shopObjects()).values()) {
      expect(await problemsOf(objects)).toEqual([])
    }
  })

  it('accepts every sync object of Flux and Argo CD', async () => {
    const { app, prod, cluster } = syncTree()
    for (const split of ['environment', 'namespace', 'app'] as const) {
      const props = { environment: prod, split }
      new FluxSync(cluster, `flux-${split}`, { ...props, source: { name: 'deploy' } })
      new ArgoSync(cluster, `argo-${split}`, {
        ...props,
        source: { url: 'https://git.example.com/shop/deploy.git' },
      })
    }
    const objects = syncObjects(app)
    expect(objects).toHaveLength(30)
    expect(await problemsOf(objects)).toEqual([])
  })

  it.each([
    ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { path: 5 }, /spec/],
    ['argoproj.io/v1alpha1', 'Application', { source: 5 }, /spec/],
  ])('refuses what no %s %s may say', async (apiVersion, kind, spec, problem) => {
    const object = { apiVersion, kind, metadata: { name: 'prod' }, spec }
    expect(await modelProblem(object)).toMatch(problem)
  })

  it('refuses a value of the wrong type, so that its silence says something', async () => {
    const metadata = { name: 'web' }
    const object = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: 80 } }
    expect(await modelProblem(object)).toMatch(/spec\/ports/)
  })
})
