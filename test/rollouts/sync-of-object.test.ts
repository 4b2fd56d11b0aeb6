import { expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { syncOf } from '../../rollouts/sync-of-object.ts'

const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'

const deployment = (metadata: Partial<KubernetesObject['metadata']>): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop', ...metadata },
})

const labelled = (name: string, namespace: string) =>
  deployment({ labels: { [`${KUSTOMIZE}/name`]: name, [`${KUSTOMIZE}/namespace`]: namespace } })

const tracked = (id: string) =>
  deployment({ annotations: { 'argocd.argoproj.io/tracking-id': id } })

it('is the Kustomization that has left its labels', () => {
  expect(syncOf(labelled('prod-workloads', 'flux-system'), 'argocd')).toEqual({
    group: KUSTOMIZE,
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'prod-workloads',
  })
})

it.each([
  ['prod-workloads:apps/Deployment:shop/checkout', 'argocd'],
  ['team-a_prod-workloads:apps/Deployment:shop/checkout', 'team-a'],
])('is the Application that tracks it: %s', (id, namespace) => {
  expect(syncOf(tracked(id), 'argocd')).toEqual({
    group: 'argoproj.io',
    kind: 'Application',
    namespace,
    name: 'prod-workloads',
  })
})

it('is tracked by its kind also where that is in no group', () => {
  const service = { ...tracked('prod:/Service:shop/checkout'), apiVersion: 'v1', kind: 'Service' }
  expect(syncOf(service, 'argocd')).toMatchObject({ kind: 'Application', name: 'prod' })
})

it.each([
  ['nothing on it', deployment({})],
  ['an instance of its own', deployment({ labels: { 'app.kubernetes.io/instance': 'checkout' } })],
  ['half of the labels', deployment({ labels: { [`${KUSTOMIZE}/name`]: 'prod-workloads' } })],
  ['a way out of the path', labelled('..', 'flux-system')],
  ['the id of another object', tracked('prod:apps/Deployment:shop/cart')],
  ['no name in its id', tracked(':apps/Deployment:shop/checkout')],
  ['a way out of the path in its id', tracked('../..:apps/Deployment:shop/checkout')],
  ['more parts than there are', tracked('a_b_c:apps/Deployment:shop/checkout')],
])('is nothing that is known with %s', (_, object) => {
  expect(syncOf(object, 'argocd')).toBeUndefined()
})
