import { describe, expect, it } from 'vitest'
import {
  CanaryRollout,
  type CanaryRolloutProps,
  fixed,
  HighlyAvailableDeployment,
} from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import { at, fields } from '../../manifests/fields.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { type Labels, selects, selectsByMap } from '../../manifests/label-selector.ts'
import { podTemplateOf } from '../../manifests/pod-template.ts'
import { inFlightObjects } from '../../rollouts/in-flight.ts'
import { stepStates } from '../../rollouts/step-state.ts'
import { routed, unrouted } from './canary-fixtures.ts'
import { synthesisOf } from './canary-tree.ts'
import { goldenYaml } from './golden-yaml.ts'

function synth(props: CanaryRolloutProps) {
  let app: CanaryRollout | undefined
  const synthesis = Testing.synth((test) => {
    app = new CanaryRollout(test, 'checkout', props)
  })
  return { ...synthesis, app: app!, plan: app!.plan }
}

/** The app in each state that a release goes through. */
const inEachState = ({ objects, plan }: ReturnType<typeof synth>) =>
  stepStates(plan.spec).map((state) => ({
    state,
    objects: inFlightObjects(objects, { plan, state }),
  }))

const ofKind = (objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object) => object.kind === kind)

const podLabels = (object: KubernetesObject): Labels =>
  at(podTemplateOf(object), 'metadata', 'labels') as Labels

const stable = { 'app.kubernetes.io/name': 'checkout', 'app.kubernetes.io/instance': 'checkout' }
const canary = { ...stable, 'app.kubernetes.io/instance': 'checkout-canary' }

describe('a canary rollout at rest', () => {
  const { objects, find, findings } = synth(routed)

  it('emits one track, three Services and the route, and nothing of the canary', async () => {
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'Deployment checkout',
      'HTTPRoute checkout',
      'HorizontalPodAutoscaler checkout',
      'NetworkPolicy checkout',
      'PodDisruptionBudget checkout',
      'Service checkout',
      'Service checkout-canary',
      'Service checkout-stable',
      'ServiceAccount checkout',
    ])
    expect(findings).toEqual([])
    await expect(goldenYaml(synth(routed))).toMatchFileSnapshot(
      '__snapshots__/g13-canary-at-rest.yaml',
    )
  })

  it('sends every request to stable, with the weight of the canary written out', () => {
    expect(at(find('HTTPRoute').spec, 'rules')).toEqual([
      expect.objectContaining({
        backendRefs: [
          { group: '', kind: 'Service', name: 'checkout-stable', port: 80, weight: 100 },
          { group: '', kind: 'Service', name: 'checkout-canary', port: 80, weight: 0 },
        ],
      }),
    ])
  })

  it('lets callers inside of the cluster see stable alone', () => {
    expect(find('Service', 'checkout').spec).toMatchObject({ selector: stable })
    expect(find('Service', 'checkout-stable').spec).toMatchObject({ selector: stable })
    expect(find('Service', 'checkout-canary').spec).toMatchObject({ selector: canary })
  })

  it('labels the pods with their track, and selects by name and instance alone', () => {
    const deployment = find('Deployment')
    expect(podLabels(deployment)).toMatchObject({ ...stable, track: 'stable' })
    expect(deployment.spec).toMatchObject({ selector: { matchLabels: stable } })
  })

  it('has one NetworkPolicy for both tracks, by exactly one label', () => {
    expect(at(find('NetworkPolicy').spec, 'podSelector')).toEqual({
      matchLabels: { 'app.kubernetes.io/name': 'checkout' },
    })
  })

  it('is a highly available service in all else', () => {
    const { steps: _, analysis: __, ...props } = routed
    const plain = Testing.synth((test) => new HighlyAvailableDeployment(test, 'checkout', props))
    for (const kind of ['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'ServiceAccount']) {
      expect(find(kind)).toEqual(plain.find(kind))
    }
    const withoutTrack = structuredClone(find('Deployment')) as never as {
      spec: { template: { metadata: { labels: Record<string, string> } } }
    }
    delete withoutTrack.spec.template.metadata.labels.track
    expect(withoutTrack).toEqual(plain.find('Deployment'))
  })
})

describe.each([
  ['behind a router', routed],
  ['without a router', unrouted],
])('a canary rollout in flight, %s', (_, props) => {
  const app = synth(props)
  const states = inEachState(app).filter(
    ({ objects }) => ofKind(objects, 'Deployment').length === 2,
  )

  it('has two tracks in every step', () => {
    expect(states).toHaveLength(stepStates(app.plan.spec).length)
  })

  /** Every Deployment in every step, with the objects around it. */
  const tracks = states.flatMap(({ objects }) =>
    ofKind(objects, 'Deployment').map((deployment) => ({ deployment, objects })),
  )

  it.each([
    ['Deployment', 'selector'],
    ['PodDisruptionBudget', 'selector'],
    ['NetworkPolicy', 'podSelector'],
  ])('hits the pods of each track with exactly one %s', (kind, field) => {
    for (const { deployment, objects } of tracks) {
      const labels = podLabels(deployment)
      const hits = ofKind(objects, kind).filter(({ spec }) => selects(at(spec, field), labels))
      expect(hits).toHaveLength(1)
    }
  })

  it('hits the pods of each track with the Services that say so, and no other', () => {
    for (const { deployment, objects } of tracks) {
      const labels = podLabels(deployment)
      for (const { metadata, spec } of ofKind(objects, 'Service')) {
        const stated = metadata.annotations?.['lockstep.dev/tracks']?.split(',')
        expect(selectsByMap(at(spec, 'selector'), labels)).toBe(stated?.includes(labels.track!))
      }
    }
  })

  it('scales each track by an autoscaler of its own, if any', () => {
    for (const { deployment, objects } of tracks) {
      const targets = ofKind(objects, 'HorizontalPodAutoscaler').filter(
        ({ spec }) => at(spec, 'scaleTargetRef', 'name') === deployment.metadata.name,
      )
      expect(targets).toHaveLength('autoscale' in props.replicas ? 1 : 0)
    }
  })

  it('differs between its tracks in instance, track and number of pods alone', () => {
    for (const { objects } of states) {
      const [first, second] = ofKind(objects, 'Deployment').map((deployment) => {
        const { replicas: _, ...spec } = fields(deployment.spec)
        return JSON.stringify({ ...deployment, spec })
      })
      const asStable = second!
        .replaceAll('checkout-canary', 'checkout')
        .replaceAll('"track":"canary"', '"track":"stable"')
      expect(JSON.parse(asStable)).toEqual(JSON.parse(first!))
    }
  })

  it('is the app at rest again without its canary, weights and floors', () => {
    for (const { objects } of states) {
      const names = (list: readonly KubernetesObject[]) =>
        list.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      const perTrack = ['Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']
      const stableOnly = objects.filter(
        ({ kind, metadata }) => metadata.name !== 'checkout-canary' || !perTrack.includes(kind),
      )
      expect(names(stableOnly)).toEqual(names(app.objects))
      for (const [index, object] of stableOnly.entries()) {
        if (object.kind === 'HTTPRoute') continue
        expect(withoutFloor(object)).toEqual(withoutFloor(app.objects[index]!))
      }
    }
  })
})

/** Without the number of pods that a step asks for. */
function withoutFloor({ spec, ...object }: KubernetesObject) {
  const { replicas: _, minReplicas: __, ...rest } = fields(spec)
  return { ...object, spec: rest }
}

it('reports what would be wrong only in flight, on the construct that would be in flight', () => {
  const { findings } = synthesisOf((app) =>
    // Right as long as there is no canary.
    app.deployment.patch(({ spec }) => {
      spec.selector.matchLabels = { 'app.kubernetes.io/name': 'checkout' }
    }),
  )
  expect(findings).toContainEqual(
    expect.objectContaining({
      rule: 'selector/overlap',
      severity: 'error',
      object: 'Deployment.apps shop/checkout',
      message:
        'In flight, at the first step: The selector also selects the pods of Deployment.apps shop/checkout-canary',
    }),
  )
  expect(findings.every(({ message }) => message.startsWith('In flight'))).toBe(true)
  expect(findings.map(({ origin }) => origin?.constructPath)).toContain('prod/shop/checkout')
})

it('counts the suffix of the canary against the length of the name', () => {
  const withId = (id: string) => () => Testing.synth((test) => new CanaryRollout(test, id, routed))
  expect(withId('a'.repeat(56))).not.toThrow()
  expect(withId('a'.repeat(57))).toThrow(
    "'id' must have at most 56 characters (has 57), since '-canary' is appended",
  )
})

it('does not say again what is wrong at rest too', () => {
  const { findings } = synthesisOf((app) =>
    app.deployment.patch(({ spec }) => {
      spec.revisionHistoryLimit = 0
    }),
  )
  const own = findings.filter(({ object }) => object === 'Deployment.apps shop/checkout')
  expect(own.map(({ rule, message }) => [rule, message.startsWith('In flight')])).toEqual([
    ['rollout/no-history', false],
  ])
})

it('keeps a canary behind a router through the drain of a node, however small its share', () => {
  for (const { objects } of inEachState(synth({ ...routed, replicas: fixed(3) }))) {
    const deployment = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'checkout-canary',
    )
    expect(at(deployment?.spec, 'replicas')).toBeGreaterThanOrEqual(2)
  }
})

it('splits by the number of pods without a router, and every caller takes part', () => {
  const app = synth(unrouted)
  expect(app.find('Service', 'checkout').spec).toMatchObject({
    selector: { 'app.kubernetes.io/name': 'checkout' },
  })
  expect(app.objects.some(({ kind }) => kind === 'HTTPRoute')).toBe(false)
  const counts = inEachState(app).map(({ objects }) =>
    ofKind(objects, 'Deployment').map(({ spec }) => at(spec, 'replicas')),
  )
  expect(counts).toEqual([
    [9, 1],
    [5, 5],
    [0, 10],
  ])
  expect(app.findings).toEqual([])
})
