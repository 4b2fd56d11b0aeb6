import { describe, expect, it } from 'vitest'
import { describeIdentity, groupOf, identityOf } from '../../manifests/identity.ts'
import { isKubernetesObject } from '../../manifests/kubernetes-object.ts'
import { describeOrigin } from '../../manifests/origin.ts'
import { podTemplateOf } from '../../manifests/pod-template.ts'
import { isClusterScoped } from '../../manifests/scope.ts'

const metadata = { name: 'web', namespace: 'shop' }

describe('the identity of an object', () => {
  it.each([
    ['ConfigMap shop/web', { apiVersion: 'v1', kind: 'ConfigMap', metadata }],
    ['Deployment.apps shop/web', { apiVersion: 'apps/v1', kind: 'Deployment', metadata }],
    ['Namespace web', { apiVersion: 'v1', kind: 'Namespace', metadata }],
    [
      'Gateway.example.com web',
      { apiVersion: 'example.com/v1', kind: 'Gateway', metadata: { name: 'web' } },
    ],
  ])('is %s', (text, object) => {
    expect(describeIdentity(identityOf(object))).toBe(text)
  })

  it('does not hold the version', () => {
    const [v1, v2] = ['autoscaling/v1', 'autoscaling/v2'].map((apiVersion) =>
      identityOf({ apiVersion, kind: 'HorizontalPodAutoscaler', metadata }),
    )
    expect(v1).toEqual(v2)
  })

  it('has an empty group for the core API', () => {
    expect([groupOf('v1'), groupOf('apps/v1')]).toEqual(['', 'apps'])
  })
})

describe('isClusterScoped', () => {
  it.each([
    ['', 'Namespace', true],
    ['rbac.authorization.k8s.io', 'ClusterRole', true],
    ['rbac.authorization.k8s.io', 'Role', false],
    ['example.com', 'Namespace', false],
    ['constructor', 'Namespace', false],
  ])('of %s %s is %s', (group, kind, expected) => {
    expect(isClusterScoped(group, kind)).toBe(expected)
  })
})

describe('isKubernetesObject', () => {
  it.each([
    [true, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
    [false, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }],
    [false, { apiVersion: 'v1', kind: 'ConfigMap' }],
    [false, { kind: 'ConfigMap', metadata: { name: 'a' } }],
    [false, { apiVersion: 1, kind: 'ConfigMap', metadata: { name: 'a' } }],
    [false, ['v1']],
    [false, null],
    [false, 'v1'],
  ])('is %s for %j', (expected, value) => {
    expect(isKubernetesObject(value)).toBe(expected)
  })
})

describe('podTemplateOf', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } }

  it.each([
    ['apps/v1', 'Deployment', { template }],
    ['apps/v1', 'StatefulSet', { template }],
    ['batch/v1', 'Job', { template }],
    ['batch/v1', 'CronJob', { jobTemplate: { spec: { template } } }],
  ])('finds the template of %s %s', (apiVersion, kind, spec) => {
    expect(podTemplateOf({ apiVersion, kind, metadata, spec })).toBe(template)
  })

  it('takes a bare Pod as its own template', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } }
    expect(podTemplateOf(pod)).toBe(pod)
  })

  it('finds none where no pods are made, or where the template is missing', () => {
    expect(
      podTemplateOf({ apiVersion: 'v1', kind: 'Service', metadata, spec: { template } }),
    ).toBeUndefined()
    expect(podTemplateOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })).toBeUndefined()
  })
})

describe('describeOrigin', () => {
  it.each([
    [
      { constructPath: 'prod/shop/web', file: 'apps/shop.ts', line: 12 },
      'apps/shop.ts:12 (prod/shop/web)',
    ],
    [{ file: 'apps/shop.ts', line: 12 }, 'apps/shop.ts:12'],
    [{ file: 'apps/shop.ts' }, 'apps/shop.ts'],
    [{ constructPath: 'prod/shop/web' }, 'prod/shop/web'],
    [{}, 'unknown origin'],
  ])('of %j is %s', (origin, text) => {
    expect(describeOrigin(origin)).toBe(text)
  })
})
