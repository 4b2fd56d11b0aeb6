import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type Labels, selects } from '../../manifests/label-selector.ts'
import { podTemplateOf } from '../../manifests/pod-template.ts'
import { canaryTrack } from '../../rollouts/canary-track.ts'
import { appAtRest, ownSelector } from './app-fixture.ts'

const props = { app: 'checkout', deployment: 'checkout', replicas: 2 }

const selectorOf = (object: KubernetesObject | undefined) =>
  (object!.spec as { selector: unknown }).selector

const podLabelsOf = (object: KubernetesObject | undefined): Labels =>
  (podTemplateOf(object!) as { metadata: { labels: Labels } }).metadata.labels

const canaryOf = (app: Record<string, KubernetesObject>) => {
  const objects = canaryTrack(Object.values(app), props)
  return Object.fromEntries(objects.map((object) => [object.kind, object]))
}

describe('the canary track of an app', () => {
  it('is a Deployment, an autoscaler and a budget, all named after the canary', () => {
    const canary = canaryTrack(Object.values(appAtRest()), props)
    expect(canary.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace])).toEqual([
      ['Deployment', 'checkout-canary', 'shop'],
      ['HorizontalPodAutoscaler', 'checkout-canary', 'shop'],
      ['PodDisruptionBudget', 'checkout-canary', 'shop'],
    ])
    for (const { metadata } of canary) {
      expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'checkout-canary' })
    }
  })

  it('differs from stable in names, selectors, the labels behind them and the number of pods alone', () => {
    const app = appAtRest()
    const asStable = JSON.stringify(canaryOf(app))
      .replaceAll('checkout-canary', 'checkout')
      .replaceAll('"track":"canary"', '"track":"stable"')
      .replace('"replicas":2', '"replicas":3')
      .replace('"minReplicas":2', '"minReplicas":3')
    expect(JSON.parse(asStable)).toEqual({
      Deployment: app.deployment,
      HorizontalPodAutoscaler: app.autoscaler,
      PodDisruptionBudget: app.disruptionBudget,
    })
  })

  it('counts its own pods where it spreads, and those of others as stable does', () => {
    const text = JSON.stringify(podTemplateOf(canaryOf(appAtRest()).Deployment!)?.spec)
    expect(text.match(/"app.kubernetes.io\/instance":"checkout-canary"/g)).toHaveLength(2)
    expect(text).not.toContain('"app.kubernetes.io/instance":"checkout"')
    expect(text).toContain('{"app.kubernetes.io/name":"ledger"}')
  })

  it.each([
    ['its own', ownSelector],
    ['an adopted one', { app: 'checkout', tier: 'web' }],
    ['an adopted one with the name', { 'app.kubernetes.io/name': 'checkout', role: 'web' }],
  ])('shares no pod with stable when stable selects by %s', (_, selector) => {
    const app = appAtRest(selector as Labels)
    const canary = canaryOf(app)
    const [stablePods, canaryPods] = [podLabelsOf(app.deployment), podLabelsOf(canary.Deployment)]
    for (const object of [canary.Deployment, canary.PodDisruptionBudget]) {
      expect(selects(selectorOf(object), canaryPods)).toBe(true)
      expect(selects(selectorOf(object), stablePods)).toBe(false)
    }
    for (const object of [app.deployment, app.disruptionBudget]) {
      expect(selects(selectorOf(object), canaryPods)).toBe(false)
      expect(selects(selectorOf(object), stablePods)).toBe(true)
    }
  })

  it('keeps the labels that nobody selects by', () => {
    expect(podLabelsOf(canaryOf(appAtRest()).Deployment)).toMatchObject({ owner: 'shop-team' })
  })

  it('lets one pod go where stable says how many must stay', () => {
    const { spec } = canaryOf(appAtRest(ownSelector, { minAvailable: 3 })).PodDisruptionBudget!
    expect(spec).toMatchObject({ maxUnavailable: 1 })
    expect(spec).not.toHaveProperty('minAvailable')
  })

  it('leaves the number of pods to the autoscaler where stable does', () => {
    const { deployment, ...rest } = appAtRest()
    const { replicas: _, ...spec } = deployment.spec as Record<string, unknown>
    const canary = canaryOf({ ...rest, deployment: { ...deployment, spec } })
    expect(canary.Deployment!.spec).not.toHaveProperty('replicas')
  })

  it('is empty without a Deployment', () => {
    const { deployment: _, ...rest } = appAtRest()
    expect(canaryTrack(Object.values(rest), props)).toEqual([])
  })
})
