import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { revisionOf } from '../../rollouts/revision.ts'
import { appAtRest } from './app-fixture.ts'

type Template = { metadata: { labels: Record<string, string> }; spec: Record<string, unknown> }

function revisionAfter(change: (app: ReturnType<typeof appAtRest>, template: Template) => void) {
  const app = structuredClone(appAtRest())
  change(app, (app.deployment.spec as { template: Template }).template)
  return revisionOf(app.deployment, Object.values(app))
}

const base = revisionAfter(() => {})

const secretVolume = { name: 'keys', secret: { secretName: 'checkout-keys' } }
const withSecret = revisionAfter((_, { spec }) => {
  spec.volumes = [secretVolume]
})

describe('the revision of a workload', () => {
  it('is ten characters that a label and a name can hold', () => {
    expect(base).toMatch(/^[a-z0-9]{10}$/)
  })

  it('does not depend on the order of fields, objects or labels', () => {
    const { deployment, configMap, route } = appAtRest()
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, field]) => [key, turned(field)]),
      )
    }
    expect(revisionOf(turned(deployment) as KubernetesObject, [route, configMap])).toBe(base)
  })

  it.each<[string, Parameters<typeof revisionAfter>[0]]>([
    [
      'the image',
      (_, { spec }) => Object.assign((spec.containers as object[])[0]!, { image: 'x' }),
    ],
    ['a label of the pods', (_, { metadata }) => Object.assign(metadata.labels, { owner: 'x' })],
    ['the spread', (_, { spec }) => Object.assign(spec, { topologySpreadConstraints: [] })],
    [
      'a ConfigMap that it mounts',
      ({ configMap }) => Object.assign(configMap, { data: { a: 'b' } }),
    ],
    [
      'binary data of it',
      ({ configMap }) => Object.assign(configMap, { binaryData: { a: 'Yg==' } }),
    ],
    ['the name of a Secret', (_, { spec }) => Object.assign(spec, { volumes: [secretVolume] })],
  ])('changes with %s', (_, change) => {
    expect(revisionAfter(change)).not.toBe(base)
  })

  it.each<[string, Parameters<typeof revisionAfter>[0]]>([
    [
      'the number of pods',
      ({ deployment }) => Object.assign(deployment.spec as object, { replicas: 9 }),
    ],
    [
      'the way of updating',
      ({ deployment }) => Object.assign(deployment.spec as object, { strategy: {} }),
    ],
    [
      'labels of the workload',
      ({ deployment }) => Object.assign(deployment.metadata.labels!, { a: 'b' }),
    ],
    [
      'labels of a ConfigMap',
      ({ configMap }) => Object.assign(configMap.metadata.labels!, { a: 'b' }),
    ],
    ['the route', ({ route }) => Object.assign(route, { spec: {} })],
  ])('does not change with %s', (_, change) => {
    expect(revisionAfter(change)).toBe(base)
  })

  it('does not change when a Secret gets new content', () => {
    const rotated = revisionAfter((app, { spec }) => {
      spec.volumes = [secretVolume]
      Object.assign(app, {
        secret: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'checkout-keys', namespace: 'shop' },
          data: { a: 'bmV3' },
        },
      })
    })
    expect(rotated).toBe(withSecret)
  })

  it('ignores a ConfigMap of the same name in another namespace, and one that nobody names', () => {
    const { deployment, configMap } = appAtRest()
    const foreign = {
      ...configMap,
      metadata: { ...configMap.metadata, namespace: 'other' },
      data: {},
    }
    const unnamed = { ...configMap, metadata: { ...configMap.metadata, name: 'unused' } }
    expect(revisionOf(deployment, [configMap, foreign, unnamed])).toBe(base)
  })

  it.each([
    [
      'a variable',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'extra', key: 'a' } } }] },
    ],
    ['all variables', { envFrom: [{ configMapRef: { name: 'extra' } }] }],
  ])('covers a ConfigMap that gives %s to an init container', (_, init) => {
    const of = (value: string) =>
      revisionAfter((app, { spec }) => {
        spec.initContainers = [{ name: 'migrate', image: 'x', ...init }]
        Object.assign(app, {
          extra: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'extra', namespace: 'shop' },
            data: { a: value },
          },
        })
      })
    expect(of('1')).not.toBe(of('2'))
  })

  it('is nothing for what makes no pods', () => {
    expect(revisionOf(appAtRest().configMap, [])).toBeUndefined()
  })
})
