import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION } from '../../rollouts/live-abort.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { Stage } from '../../rollouts/record.ts'
import { APPLIED, LiveWorld } from './live-world.ts'
import { planWith, ratioSpec, soundPlan } from './plan-fixture.ts'
import { renditionOf } from './renditions.ts'
import { IN_FLIGHT, worldInFlight } from './world-in-flight.ts'

const PARENTS = [
  { name: 'public', namespace: 'gateways' },
  { group: '', kind: 'Service', name: 'checkout', port: 80 },
]

const partsOf =
  (plan: RolloutPlan) =>
  (objects: KubernetesObject[]): KubernetesObject[] =>
    objects.flatMap((object) => {
      if (object.kind !== 'HTTPRoute') return [object]
      if (plan.spec.router.type === 'replica-ratio') return []
      return [{ ...object, spec: { parentRefs: PARENTS, ...(object.spec as object) } }]
    })

const published = (plan: RolloutPlan) =>
  renditionOf('registry.example.com/shop/checkout:1.4', plan, partsOf(plan))

const ratioPlan = planWith(ratioSpec)

const STAGES: readonly Stage[] = [
  { phase: 'progressing', step: 1, part: 'scaling' },
  { phase: 'progressing', step: 2, part: 'live' },
  { phase: 'promoting' },
  { phase: 'shifting-back' },
  { phase: 'aborting', part: 'template', from: { phase: 'promoting' } },
  {
    phase: 'aborting',
    part: 'traffic',
    from: { phase: 'progressing', step: 2, part: 'live' },
  },
]

const inFlight = (plan = soundPlan, stage: Stage = STAGES[1]!): LiveWorld =>
  worldInFlight({ plan, stage, parts: partsOf(plan) }).world

const atRest = (plan = soundPlan): LiveWorld =>
  new LiveWorld({ plan, files: published(plan).files })

const STABLE = 'Deployment.apps shop/checkout'
const CANARY = 'Deployment.apps shop/checkout-canary'
const AUTOSCALER = 'HorizontalPodAutoscaler.autoscaling shop/checkout'
const CANARY_AUTOSCALER = 'HorizontalPodAutoscaler.autoscaling shop/checkout-canary'
const SERVICE = 'Service shop/checkout-canary'
const ROUTE = 'HTTPRoute.gateway.networking.k8s.io shop/checkout'

describe('nothing is missing once everything is there', () => {
  it.each(STAGES)('$phase, $part', (stage) => {
    for (const plan of [soundPlan, ratioPlan]) {
      const world = inFlight(plan, stage)
      expect(world.missing()).toEqual([])
      expect(world.observe().traffic.liveSinceMs).toBe(Date.parse(APPLIED))
    }
  })

  it('at rest', () => {
    for (const plan of [soundPlan, ratioPlan]) {
      const { stable, canary, traffic } = atRest(plan).observe()
      expect(stable).toEqual({
        missing: [],
        desired: plan.spec.replicas.min,
        ready: plan.spec.replicas.min,
      })
      expect(canary).toEqual({ missing: [], desired: 0, ready: 0 })
      expect(traffic.missing).toEqual([])
    }
  })
})

type Change = (world: LiveWorld) => unknown
type Row = [name: string, change: Change, missing: string]

/** As `kubectl rollout status` would see it in the middle of an update of five pods. */
const half: Change = (world) =>
  world
    .scale(CANARY, 5)
    .set(CANARY, 'status.replicas', 6)
    .set(CANARY, 'status.updatedReplicas', 4)
    .set(CANARY, 'status.readyReplicas', 5)

describe('a note of an abort in the cluster', () => {
  const note = (world: LiveWorld, name: string, more: object = {}): LiveWorld => {
    const abort = {
      app: 'shop/checkout',
      rollout: IN_FLIGHT,
      reason: 'errors',
      at: APPLIED,
      syncs: [],
    }
    const annotations = { [LIVE_ABORT_ANNOTATION]: JSON.stringify({ ...abort, ...more }) }
    return world.set(name, 'metadata.annotations', annotations)
  }

  it.each([
    [soundPlan, ROUTE, [STABLE, CANARY, AUTOSCALER, SERVICE]],
    [ratioPlan, STABLE, [CANARY, SERVICE]],
  ])('is believed on what splits the requests alone', (plan, splitter, others) => {
    expect(note(inFlight(plan), splitter).observe().abortedLive?.reason).toBe('errors')
    for (const other of others) {
      expect(note(inFlight(plan), other).observe()).not.toHaveProperty('abortedLive')
    }
  })

  it.each([
    { app: 'other/app' },
    { rollout: 'another-7' },
    { at: 'yesterday\nLockstep-Actor: ceo@example.com' },
    { syncs: [{ group: '', kind: 'Secret', namespace: 'shop', name: 'any' }] },
    { reason: '\u0000\n' },
  ])('is not believed with %j', (more) => {
    expect(note(inFlight(), ROUTE, more).observe()).not.toHaveProperty('abortedLive')
  })

  it('is on one line, and not long', () => {
    const more = { reason: 'a\n\nLockstep-Actor: b\u001b[2J', by: 'c'.repeat(10_000) }
    const { abortedLive } = note(inFlight(), ROUTE, more).observe()
    expect(abortedLive?.reason).toBe('a Lockstep-Actor: b [2J')
    expect(abortedLive?.by).toBe(`${'c'.repeat(199)}…`)
  })
})

describe('a track', () => {
  it.each<Row>([
    [
      'whose Deployment is not there',
      (world) => world.remove(CANARY),
      'Deployment shop/checkout-canary is not there',
    ],
    [
      'whose Deployment goes',
      (world) => world.set(CANARY, 'metadata.deletionTimestamp', APPLIED),
      'Deployment shop/checkout-canary is being deleted',
    ],
    [
      'of an older step',
      (world) => world.set(CANARY, 'metadata.annotations', { 'lockstep.dev/rollout-step': 'x/2' }),
      expect.stringMatching(/^Deployment shop\/checkout-canary is not yet as step \w{10}-1\/3 has/),
    ],
    [
      'without any step',
      (world) => world.set(STABLE, 'metadata.annotations', undefined),
      expect.stringMatching(/^Deployment shop\/checkout is not yet as step/),
    ],
    [
      'that its controller has not looked at',
      (world) => world.set(CANARY, 'metadata.generation', 8),
      'Deployment shop/checkout-canary has a change that its controller has not looked at',
    ],
    [
      'that no controller has ever looked at',
      (world) => world.set(CANARY, 'status', undefined),
      'Deployment shop/checkout-canary has a change that its controller has not looked at',
    ],
    [
      'with fewer pods than its autoscaler must have',
      (world) => world.scale(STABLE, 2),
      'Deployment shop/checkout has 2 of 3 pods ready',
    ],
    [
      'with fewer pods than its autoscaler asks for',
      (world) => world.scale(STABLE, 5).set(STABLE, 'status.readyReplicas', 4),
      'Deployment shop/checkout has 4 of 5 pods ready',
    ],
    [
      'whose pods a quota forbids',
      (world) =>
        world
          .set(CANARY, 'status.readyReplicas', 1)
          .set(CANARY, 'status.conditions', [
            { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods' },
          ]),
      'Deployment shop/checkout-canary has 1 of 2 pods ready: exceeded quota: pods',
    ],
    [
      'with pods of an older template',
      (world) => world.set(STABLE, 'status.replicas', 4).set(STABLE, 'status.readyReplicas', 4),
      'Deployment shop/checkout has 1 pod of an older template',
    ],
    [
      'whose autoscaler is not there',
      (world) => world.remove(AUTOSCALER),
      'HorizontalPodAutoscaler shop/checkout is not there',
    ],
    [
      'whose autoscaler has the floor of an older step',
      (world) => world.set(CANARY_AUTOSCALER, 'spec.minReplicas', 1),
      'HorizontalPodAutoscaler shop/checkout-canary has spec.minReplicas 1 instead of 2',
    ],
  ])('%s', (_, change, missing) => {
    const world = inFlight()
    change(world)
    expect(world.missing()).toEqual([missing])
  })

  it('without an autoscaler has as many pods as the branch says', () => {
    const world = inFlight(ratioPlan)
    expect(world.scale(STABLE, 4).observe().stable.missing).toEqual([
      'Deployment shop/checkout has 4 of 9 pods ready',
    ])
  })

  it('may have more pods than were asked for', () => {
    expect(inFlight().scale(CANARY, 9).observe().canary).toEqual({
      missing: [],
      desired: 9,
      ready: 9,
    })
  })

  it('takes every pod of an older template for ready', () => {
    const world = inFlight()
    half(world)
    expect(world.observe().canary).toEqual({
      missing: [
        'Deployment shop/checkout-canary has 3 of 5 pods ready',
        'Deployment shop/checkout-canary has 2 pods of an older template',
      ],
      desired: 5,
      ready: 3,
    })
  })

  const stuck = [
    { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: '…' },
  ]

  it('that stands still will not get ready by itself', () => {
    const world = inFlight()
      .set(CANARY, 'status.readyReplicas', 1)
      .set(CANARY, 'status.conditions', stuck)
      .set(CANARY, 'spec.progressDeadlineSeconds', 120)
    expect(world.observe().canary.failure).toBe(
      'Deployment shop/checkout-canary has made no progress for 120 s, with 1 of 2 pods ready',
    )
  })

  it.each<[string, Change]>([
    ['before its controller looked at the newest', (w) => w.set(CANARY, 'metadata.generation', 8)],
    ['in an older step', (w) => w.set(CANARY, 'metadata.annotations', {})],
  ])('that stood still %s may get ready', (_, change) => {
    const world = inFlight().set(CANARY, 'status.conditions', stuck)
    change(world)
    expect(world.observe().canary.failure).toBeUndefined()
  })
})

const condition = (type: string, status: string, rest: object = {}) => ({
  type,
  status,
  reason: 'BackendNotFound',
  message: 'Service "checkout-canary" not found.',
  observedGeneration: 7,
  lastTransitionTime: APPLIED,
  ...rest,
})
const fine = [condition('Accepted', 'True'), condition('ResolvedRefs', 'True')]
const gateway = { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...PARENTS[0]! }
const mesh = { parentRef: PARENTS[1], conditions: fine }
const said = (...conditions: object[]): Change => {
  const parents = [{ parentRef: gateway, conditions }, mesh]
  return (world) => world.set(ROUTE, 'status.parents', parents)
}

describe('traffic', () => {
  it.each<Row>([
    [
      'with a Service that is not there',
      (world) => world.remove(SERVICE),
      'Service shop/checkout-canary is not there',
    ],
    [
      'with a Service that selects others',
      (world) => world.set(SERVICE, 'spec.selector', { 'app.kubernetes.io/name': 'cart' }),
      'Service shop/checkout-canary has spec.selector["app.kubernetes.io/name"] "cart" instead of "checkout"',
    ],
    [
      'with a Service that selects fewer',
      (world) => world.set(SERVICE, 'spec.selector.zone', 'a'),
      'Service shop/checkout-canary has spec.selector {"app.kubernetes.io/name":"checkout","zone":"a"} instead of {"app.kubernetes.io/name":"checkout"}',
    ],
    [
      'with a route that is not there',
      (world) => world.remove(ROUTE),
      'HTTPRoute shop/checkout is not there',
    ],
    [
      'with the weights of an older step',
      (world) => world.set(ROUTE, 'spec.rules.1.backendRefs.1.weight', 0),
      'HTTPRoute shop/checkout has spec.rules[1].backendRefs[1].weight 0 instead of 5',
    ],
    [
      'with a weight that somebody has taken away, which means 1',
      (world) => world.set(ROUTE, 'spec.rules.0.backendRefs.0.weight', undefined),
      'HTTPRoute shop/checkout has no spec.rules[0].backendRefs[0].weight, which should be 0',
    ],
    [
      'with a route that has more rules',
      (world) => world.set(ROUTE, 'spec.rules', []),
      expect.stringMatching(/^HTTPRoute shop\/checkout has spec.rules \[\] instead of \[/),
    ],
    [
      'that nobody has said anything about',
      (world) => world.set(ROUTE, 'status.parents', [mesh]),
      'Gateway gateways/public has said nothing of HTTPRoute shop/checkout',
    ],
    [
      'that only another listener has said anything about',
      (world) =>
        world.set(ROUTE, 'status.parents', [
          { parentRef: { ...gateway, sectionName: 'https' }, conditions: fine },
          mesh,
        ]),
      'Gateway gateways/public has said nothing of HTTPRoute shop/checkout',
    ],
    [
      'that is not accepted',
      said(condition('Accepted', 'False', { message: '' }), condition('ResolvedRefs', 'True')),
      'Gateway gateways/public does not accept HTTPRoute shop/checkout: BackendNotFound',
    ],
    [
      'whose backends are not found',
      said(condition('Accepted', 'True'), condition('ResolvedRefs', 'False')),
      'Gateway gateways/public does not find all backends of HTTPRoute shop/checkout: BackendNotFound, Service "checkout-canary" not found',
    ],
    [
      'that nobody knows about',
      said(condition('Accepted', 'Unknown', { reason: 'Pending', message: '' }), fine[1]!),
      'Gateway gateways/public does not accept HTTPRoute shop/checkout: Pending',
    ],
    [
      'whose acceptance is of an older generation',
      said(condition('Accepted', 'True', { observedGeneration: 6 }), fine[1]!),
      'Gateway gateways/public has not looked at HTTPRoute shop/checkout since it was changed: Accepted',
    ],
    [
      'whose backends were looked for in no generation',
      said(fine[0]!, condition('ResolvedRefs', 'True', { observedGeneration: undefined })),
      'Gateway gateways/public has not looked at HTTPRoute shop/checkout since it was changed: ResolvedRefs',
    ],
    [
      'of which a part is left out',
      said(...fine, condition('PartiallyInvalid', 'True', { reason: 'Unsupported', message: '' })),
      'Gateway gateways/public leaves out a part of HTTPRoute shop/checkout: Unsupported',
    ],
    [
      'that one of two parents does not accept',
      (world) => world.set(ROUTE, 'status.parents.1.conditions', []),
      'Service shop/checkout has not looked at HTTPRoute shop/checkout since it was changed: Accepted',
    ],
    [
      'that does not tell since when it is so',
      (world) => world.set(ROUTE, 'metadata.managedFields', [{}]),
      'HTTPRoute shop/checkout does not tell when it was changed: managedFields are gone',
    ],
    [
      'that settles',
      (world) => {
        world.atMs = Date.parse('2026-11-21T00:10:09Z')
      },
      'HTTPRoute shop/checkout settles until 2026-11-21T00:10:10.000Z',
    ],
  ])('%s', (_, change, missing) => {
    const world = inFlight()
    change(world)
    const { traffic, stable, canary } = world.observe()
    expect(traffic.missing[0]).toEqual(missing)
    expect([...stable.missing, ...canary.missing]).toEqual([])
    expect(traffic.liveSinceMs).toBeUndefined()
  })

  it('needs one controller of those that have ever looked at a parent', () => {
    const former = { parentRef: gateway, conditions: [condition('Accepted', 'False')] }
    const parents = [former, { parentRef: gateway, conditions: fine }, mesh]
    expect(inFlight().set(ROUTE, 'status.parents', parents).missing()).toEqual([])
  })

  it('has settled once the time of its router is over', () => {
    const world = inFlight()
    world.atMs = Date.parse('2026-11-21T00:10:10Z')
    expect(world.observe().traffic).toEqual({ missing: [], liveSinceMs: Date.parse(APPLIED) })
  })

  it('is not about routes and Services of the app that no track has to do with', () => {
    const { files } = published(soundPlan)
    const more = ['HTTPRoute', 'Service'].flatMap((kind) => {
      const like = files.find(({ object }) => object?.kind === kind)?.object
      if (like === undefined) return []
      const spec = { parentRefs: PARENTS, rules: [{ backendRefs: [{ name: 'www', port: 80 }] }] }
      const object = { ...like, metadata: { ...like.metadata, name: 'www' }, spec }
      return [{ path: `traffic/shop/checkout/${kind}`, text: '', app: 'shop/checkout', object }]
    })
    const world = new LiveWorld({ plan: soundPlan, files: [...files, ...more] })
    world.remove('HTTPRoute.gateway.networking.k8s.io shop/www').remove('Service shop/www')
    expect(world.missing()).toEqual([])
  })

  it('is nowhere without a route on the branch', () => {
    const { files } = published(soundPlan)
    const without = files.filter(({ object }) => object?.kind !== 'HTTPRoute')
    expect(new LiveWorld({ plan: soundPlan, files: without }).missing()).toEqual([
      'the branch has no route of shop/checkout',
    ])
  })

  it('reaches nobody by a route without parents', () => {
    const plan = soundPlan
    const { files } = renditionOf('registry.example.com/shop/checkout:1.4', plan)
    expect(new LiveWorld({ plan, files }).missing()).toEqual([
      'HTTPRoute shop/checkout has no parent to serve it',
    ])
  })
})

const LATER = '2026-11-21T00:30:00Z'
const writer = (part: string, time: string) => ({
  manager: 'somebody',
  operation: 'Update',
  time,
  fieldsV1: { [part]: {} },
})

/** At rest, with more in the spec of the autoscaler on the branch. */
function autoscaledBy(spec: object): LiveWorld {
  const files = published(soundPlan).files.map((file) => {
    const { object } = file
    if (object?.kind !== 'HorizontalPodAutoscaler') return file
    return { ...file, object: { ...object, spec: { ...(object.spec as object), ...spec } } }
  })
  return new LiveWorld({ plan: soundPlan, files })
}

it('takes a zero of a built-in kind for there, which the API server may leave out', () => {
  const behavior = { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: {} }
  const world = autoscaledBy({ behavior }).set(AUTOSCALER, 'spec.behavior', undefined)
  expect(world.missing()).toEqual([])
})

it.each([
  ['500m', '0.5', []],
  ['500m', '0.6', [expect.stringMatching(/averageValue "0.6" instead of "500m"$/)]],
  ['500m', 'much', [expect.stringMatching(/averageValue "much" instead of "500m"$/)]],
])('compares amounts by what they are: %s, %s', (wanted, there, missing) => {
  const metric = (averageValue: string) => [
    {
      type: 'Pods',
      pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue } },
    },
  ]
  const world = autoscaledBy({ metrics: metric(wanted) })
  expect(world.set(AUTOSCALER, 'spec.metrics', metric(there)).missing()).toEqual(missing)
})

describe('traffic is live since', () => {
  it.each<[string, Change, string]>([
    [
      'the last write of the spec',
      (w) => w.set(ROUTE, 'metadata.managedFields.1', writer('f:spec', LATER)),
      LATER,
    ],
    [
      'the last word of a controller',
      (w) => w.set(ROUTE, 'metadata.managedFields.1', writer('f:status', LATER)),
      LATER,
    ],
    [
      'the last change of a condition',
      said(fine[0]!, condition('ResolvedRefs', 'True', { lastTransitionTime: LATER })),
      LATER,
    ],
    [
      'the last write of a Service',
      (w) => w.set(SERVICE, 'metadata.managedFields.0', writer('f:spec', LATER)),
      LATER,
    ],
    [
      'whatever somebody wrote of its labels',
      (w) => w.set(ROUTE, 'metadata.managedFields.1', writer('f:metadata', LATER)),
      APPLIED,
    ],
  ])('%s', (_, change, since) => {
    const world = inFlight()
    change(world)
    expect(world.observe().traffic).toEqual({ missing: [], liveSinceMs: Date.parse(since) })
  })

  it('the last change of the number of pods, without a router', () => {
    const pods = writer('f:status', LATER)
    const world = inFlight(ratioPlan).set(CANARY, 'metadata.managedFields.1', pods)
    expect(world.observe().traffic.liveSinceMs).toBe(Date.parse(LATER))
  })
})

describe('traffic without a router', () => {
  it('is there when the pods of both tracks are', () => {
    const world = inFlight(ratioPlan).set(CANARY, 'status.readyReplicas', 0)
    expect(world.observe().traffic).toEqual({
      missing: [
        'requests follow the ready pods of Deployment shop/checkout-canary, which are not as asked',
      ],
    })
  })

  it('goes back without waiting for a canary that never gets ready', () => {
    for (const stage of STAGES.slice(-1)) {
      const world = inFlight(ratioPlan, stage).set(CANARY, 'status.readyReplicas', 0)
      expect(world.observe().traffic.missing).toEqual([])
    }
  })
})

describe('requests that a metric store still sees at the canary', () => {
  const still = 'Deployment shop/checkout-canary still gets 0.0333 requests a second'

  it.each(STAGES)('count only while traffic goes back: $phase, $part', (stage) => {
    const isGoingBack =
      stage.phase === 'shifting-back' || (stage.phase === 'aborting' && stage.part === 'traffic')
    const { missing } = inFlight(soundPlan, stage).observe(1 / 30).traffic
    expect(missing).toEqual(isGoingBack ? [still] : [])
  })

  it('keep the canary while they were not counted for long enough', () => {
    const world = inFlight(soundPlan, { phase: 'shifting-back' })
    expect(world.observe('uncounted').traffic.missing).toEqual([
      'requests that still reach Deployment shop/checkout-canary were not counted for long enough yet',
    ])
  })

  it('are none, or nobody knows', () => {
    const world = inFlight(soundPlan, { phase: 'shifting-back' })
    expect(world.observe(0).traffic.missing).toEqual([])
    expect(world.observe().traffic.missing).toEqual([])
  })
})

/** Paths of all that an object says below a field, leaves only. */
function leaves(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (!isRecord(value) && !Array.isArray(value)) return value === undefined ? [] : [path]
  return Object.entries(value).flatMap(([key, field]) => leaves(field, [...path, key]))
}

const plans = fc.constantFrom(soundPlan, ratioPlan)
const stages = fc.constantFrom(...STAGES)

/** Kinds of which all that the branch says of them is compared. */
const COMPARED = /^(HorizontalPodAutoscaler|Service|HTTPRoute)/
/** What the imagined cluster adds to them. */
const DEFAULTS = new Set(['spec.clusterIP', 'spec.type'])

const saidBy = (world: LiveWorld, kinds: RegExp) =>
  [...world.objects.entries()]
    .filter(([name]) => kinds.test(name))
    .flatMap(([name, { spec }]) => leaves(spec, ['spec']).map((path) => ({ name, path })))

describe('whatever is observed', () => {
  it('does not depend on what the API server and others add', () => {
    fc.assert(
      fc.property(plans, stages, fc.nat(), fc.jsonValue(), (plan, stage, seed, extra) => {
        const world = inFlight(plan, stage)
        const before = world.observe()
        const all = saidBy(world, /./).filter(({ path }) => !/selector|,\d+$/i.test(String(path)))
        const { name, path } = all[seed % all.length]!
        world.set(name, [...path.slice(0, -1), 'addedByOthers'], extra)
        expect(world.observe()).toEqual(before)
      }),
    )
  })

  it('misses every word that the branch says and the cluster does not, by the name of its object', () => {
    fc.assert(
      fc.property(plans, stages, fc.nat(), (plan, stage, seed) => {
        const all = saidBy(inFlight(plan, stage), COMPARED).filter(
          ({ path }) => !DEFAULTS.has(path.join('.')),
        )
        const { name, path } = all[seed % all.length]!
        for (const value of ['something else', undefined]) {
          const missing = inFlight(plan, stage).set(name, path, value).missing()
          expect(missing.join('\n')).toContain(name.replace(/\.\S+/, ''))
        }
      }),
    )
  })

  it('takes no traffic for live before all of its writers and its router are done', () => {
    const times = fc.integer({ min: 0, max: 3600 })
    fc.assert(
      fc.property(stages, times, times, times, times, (stage, spec, status, turned, now) => {
        const second = (after: number) =>
          new Date(Date.parse(APPLIED) + after * 1000).toISOString().replace('.000', '')
        const turn = condition('Accepted', 'True', { lastTransitionTime: second(turned) })
        const world = inFlight(soundPlan, stage).set(ROUTE, 'metadata.managedFields', [
          writer('f:spec', second(spec)),
          writer('f:status', second(status)),
        ])
        said(turn, fine[1]!)(world)
        world.atMs = Date.parse(second(now))
        const last = Math.max(spec, status, turned)
        const { missing, liveSinceMs } = world.observe().traffic
        const isOver = now >= last + 10
        expect(missing.length).toBe(isOver ? 0 : 1)
        expect(liveSinceMs).toBe(isOver ? Date.parse(second(last)) : undefined)
      }),
    )
  })
})
