import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { objectPath, planPath, sectionOf } from '../../manifests/layout.ts'
import { allNastyStrings } from './nasty-strings.ts'

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: namespace === undefined ? { name } : { name, namespace },
})

const kinds = [
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['v1', 'Namespace'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'CronJob'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['example.com/v1', '../../../../Evil'],
] as const

const name = fc.oneof(
  fc.constantFrom(...allNastyStrings.filter((text) => text !== '' && text.isWellFormed())),
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...'aA%.-_4e'), minLength: 1 }),
)
const placed = fc.record({
  kind: fc.constantFrom(...kinds),
  name,
  namespace: name,
  app: name,
})

describe('objectPath', () => {
  it.each([
    [object('v1', 'ConfigMap', 'web', 'shop'), 'workloads/shop/web/configmap-web.yaml'],
    [object('apps/v1', 'Deployment', 'web', 'shop'), 'workloads/shop/web/deployment.apps-web.yaml'],
    [object('v1', 'Service', 'web', 'shop'), 'traffic/shop/web/service-web.yaml'],
    [
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', 'shop'),
      'traffic/shop/web/httproute.gateway.networking.k8s.io-web.yaml',
    ],
    [
      object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:web', 'ignored'),
      'workloads/_cluster/web/clusterrole.rbac.authorization.k8s.io-system%3aweb.yaml',
    ],
    [object('v1', 'Namespace', 'shop'), 'workloads/_cluster/web/namespace-shop.yaml'],
    [
      object('v1', 'ConfigMap', 'A/é 1%', 'shop'),
      'workloads/shop/web/configmap-%41%2f%c3%a9%201%25.yaml',
    ],
    [object('v1', 'ConfigMap', '..', '..'), 'workloads/%2e%2e/web/configmap-%2e%2e.yaml'],
    [object('v1', 'ConfigMap', 'a', '.git'), 'workloads/%2egit/web/configmap-a.yaml'],
    [
      object('example.com/v1', '../../../Evil', 'a', 'shop'),
      'workloads/shop/web/%2e%2e%2f..%2f..%2fevil.example.com-a.yaml',
    ],
    [
      object('v1', 'ConfigMap', 'a'.repeat(253), 'shop'),
      `workloads/shop/web/configmap-${'a'.repeat(190)}~gvltc9vchp.yaml`,
    ],
  ])('of %j', (manifest, path) => {
    expect(objectPath(manifest, 'web')).toBe(path)
  })

  it('does not depend on the version of the API', () => {
    const [old, current] = ['autoscaling/v1', 'autoscaling/v2'].map((version) =>
      objectPath(object(version, 'HorizontalPodAutoscaler', 'web', 'shop'), 'web'),
    )
    expect(old).toBe(current)
  })

  it('is one for two objects only if nothing but a cluster-scoped namespace tells them apart', () => {
    fc.assert(
      fc.property(placed, placed, (a, b) => {
        const [pathA, pathB] = [a, b].map((at) =>
          objectPath(object(at.kind[0], at.kind[1], at.name, at.namespace), at.app),
        )
        const isCluster = /\/_cluster\//.test(pathA ?? '')
        const same =
          a.kind === b.kind &&
          a.name === b.name &&
          a.app === b.app &&
          (a.namespace === b.namespace || isCluster)
        expect(pathA === pathB).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  it('is lower case, so that no two meet on a file system that folds case', () => {
    fc.assert(
      fc.property(placed, ({ kind, name: id, namespace, app }) => {
        const path = objectPath(object(kind[0], kind[1], id, namespace), app)
        expect(path).toBe(path.toLowerCase())
        expect(path).toMatch(/^[a-z0-9._%/~-]+$/)
      }),
    )
  })

  it('never leaves its folder', () => {
    fc.assert(
      fc.property(placed, ({ kind, name: id, namespace, app }) => {
        const segments = objectPath(object(kind[0], kind[1], id, namespace), app).split('/')
        expect(segments).toHaveLength(4)
        for (const segment of segments) {
          expect(segment).toMatch(/^[^.]/)
          expect(segment.length).toBeLessThan(255)
        }
      }),
    )
  })

  it('can be decoded to the names in it', () => {
    fc.assert(
      fc.property(placed, ({ name: id, namespace, app }) => {
        const path = objectPath(object('v1', 'ConfigMap', id, namespace), app)
        fc.pre(!path.includes('~'))
        const [, inNamespace = '', inApp = '', file = ''] = path.split('/').map(decodeURIComponent)
        expect([inNamespace, inApp, file]).toEqual([namespace, app, `configmap-${id}.yaml`])
      }),
    )
  })
})

describe('sections', () => {
  it.each([
    ['traffic', 'v1', 'Service'],
    ['traffic', 'networking.k8s.io/v1', 'Ingress'],
    ['traffic', 'gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['traffic', 'networking.istio.io/v1', 'VirtualService'],
    ['workloads', 'serving.knative.dev/v1', 'Service'],
    ['workloads', 'networking.k8s.io/v1', 'NetworkPolicy'],
    ['workloads', 'apps/v1', 'Deployment'],
  ])('%s holds %s %s', (section, apiVersion, kind) => {
    expect(sectionOf(object(apiVersion, kind, 'web', 'shop'))).toBe(section)
  })

  it('keeps plans of rollouts apart from what is synced', () => {
    expect(planPath('shop', 'checkout')).toBe('rollouts/shop/checkout/plan.yaml')
    expect(planPath('..', 'A')).toBe('rollouts/%2e%2e/%41/plan.yaml')
  })
})
