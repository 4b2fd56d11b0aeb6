import { Duration } from 'cdk8s'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import {
  CanaryRollout,
  type CanaryRolloutProps,
  gatewayApi,
  ingress,
  query,
  SynthesisError,
  successRate,
} from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { routed } from './canary-fixtures.ts'
import { synthesisOf, weekend } from './canary-tree.ts'

function complaints(props: Partial<CanaryRolloutProps>): string[] {
  try {
    Testing.synth((test) => new CanaryRollout(test, 'checkout', { ...routed, ...props }))
    return []
  } catch (error) {
    if (!(error instanceof SynthesisError)) throw error
    return error.findings.map(({ message }) => message)
  }
}

const settling = (settle: Duration) =>
  gatewayApi({ gateway: 'public', hostname: 'checkout.example.com', settle })

describe('the plan of a canary rollout', () => {
  /** As it is written below `rollouts/`. */
  function writtenPlan(props: Partial<CanaryRolloutProps>): RolloutPlan {
    const { renderings } = synthesisOf(() => {}, props)
    const file = renderings[0]?.files.find(
      ({ path }) => path === 'rollouts/shop/checkout/plan.yaml',
    )
    expect(file).toMatchObject({ app: 'shop/checkout' })
    expect(file?.object).toBeUndefined()
    return load(file!.text) as RolloutPlan
  }

  it('has everything that the options leave open filled in', () => {
    expect(writtenPlan({})).toEqual({
      apiVersion: 'lockstep.dev/v1alpha1',
      kind: 'RolloutPlan',
      metadata: { name: 'checkout', namespace: 'shop' },
      spec: {
        tracks: {
          stable: { deployment: 'checkout', service: 'checkout-stable' },
          canary: { deployment: 'checkout-canary', service: 'checkout-canary', maxReplicas: 30 },
        },
        replicas: { min: 3, max: 30 },
        router: {
          type: 'route',
          name: 'Gateway API',
          capabilities: { weights: true, matches: true },
          settleSeconds: 10,
        },
        steps: [
          { weight: 5, holdSeconds: 120 },
          { weight: 25, holdSeconds: 120 },
          {
            weight: 50,
            holdSeconds: 120,
            approval: {
              role: 'checkout-owners',
              quorum: 1,
              deadlineSeconds: 86_400,
              onTimeout: 'abort',
            },
          },
        ],
        analysis: [
          {
            type: 'success-rate',
            name: 'success-rate',
            atLeastPercent: 99.5,
            fromStep: 1,
            windowSeconds: 300,
            intervalSeconds: 10,
            minimumSamples: 200,
            noData: 'hold',
            compareWithStable: true,
          },
          {
            type: 'latency',
            name: 'latency-p99',
            percentile: 99,
            belowMs: 400,
            fromStep: 1,
            windowSeconds: 300,
            intervalSeconds: 10,
            minimumSamples: 100,
            noData: 'hold',
            compareWithStable: true,
          },
        ],
        freezeWindows: [weekend],
        // Four holds twice, a day for the approval, and an hour.
        deadlineSeconds: 2 * 4 * 120 + 86_400 + 3_600,
      },
    })
  })

  it('looks at the metrics of a step in that step alone', () => {
    const orders = query({
      name: 'orders',
      query: 'sum(rate(orders_total{pod=~"$deployment-.*"}[$window]))',
      atLeast: 1,
      noData: 'abort',
    })
    const steps = [
      { weight: 5, hold: Duration.minutes(2) },
      { weight: 25, analysis: [orders] },
    ]
    expect(writtenPlan({ steps, analysis: [] }).spec.analysis).toMatchObject([
      { name: 'orders', fromStep: 2, untilStep: 2, compareWithStable: false },
    ])
  })

  it('lets a router settle for as long as its option says', () => {
    const traffic = settling(Duration.minutes(1))
    expect(writtenPlan({ traffic }).spec.router).toMatchObject({ settleSeconds: 60 })
  })

  it('takes steps of all kinds, and approvals said at length', () => {
    const approval = { role: 'owners', quorum: 2, deadline: Duration.hours(4), onTimeout: 'pause' }
    const { steps } = writtenPlan({
      steps: [
        { scale: 20, hold: Duration.seconds(30) },
        { match: { header: 'x-canary', value: 'yes' } },
        { weight: 50, hold: Duration.minutes(1), approveBefore: approval as never },
      ],
    }).spec
    expect(steps).toEqual([
      { scale: 20, holdSeconds: 30 },
      { match: { header: 'x-canary', value: 'yes' }, holdSeconds: 30 },
      {
        weight: 50,
        holdSeconds: 60,
        approveBefore: { role: 'owners', quorum: 2, deadlineSeconds: 14_400, onTimeout: 'pause' },
      },
    ])
  })

  it.each([
    [99.5, 200],
    [99.9, 1000],
    [99.99, 10_000],
    [90, 10],
    [0.5, 2],
  ])(
    'asks a success rate of %d for %i samples, so that one failure is within the limit',
    (atLeast, samples) => {
      expect(successRate({ atLeast }).minimumSamples).toBe(samples)
    },
  )
})

describe('a mistake in a canary rollout', () => {
  const minutes = Duration.minutes(2)

  it.each<[string, Partial<CanaryRolloutProps>, RegExp]>([
    ['no steps', { steps: [] }, /^'steps' must have at least one step/],
    [
      'a first step without hold',
      { steps: [{ weight: 5 }, { weight: 9 }] },
      /^'steps\[0\].hold' must be/,
    ],
    [
      'weights that fall',
      { steps: [{ weight: 50, hold: minutes }, { weight: 5 }] },
      /^'steps\[1\].weight' must be more than the 50/,
    ],
    [
      'a weight that is no whole percentage',
      { steps: [{ weight: 0.5, hold: minutes }] },
      /^'steps\[0\].weight' .* got 0.5/,
    ],
    [
      'a router without weights',
      {
        traffic: ingress({
          className: 'internal',
          hostname: 'checkout.example.com',
          tlsSecret: 'checkout-tls',
        }),
      },
      /^'traffic' cannot split requests by weight, got "Ingress"/,
    ],
    [
      'a router whose objects nobody can set weights in',
      {
        traffic: {
          ...routed.traffic!,
          router: 'Mesh',
          route: ({ context, name }) => ({
            apiVersion: 'mesh.example.com/v1',
            kind: 'Split',
            metadata: context.metadata(name),
          }),
        },
      },
      /^'traffic' makes Split objects, whose weights no release knows how to set, got "Mesh"/,
    ],
    [
      'a time to settle that is no Duration',
      { traffic: settling(5 as never) },
      /^'traffic.settle' must be a Duration of cdk8s/,
    ],
    [
      'a time to settle in fractions of seconds',
      { traffic: settling(Duration.millis(1500)) },
      /^'traffic.settle' must be a whole number of seconds/,
    ],
    [
      'an approval that waits for ever',
      {
        steps: [
          { weight: 5, hold: minutes, approval: { role: 'a', deadline: Duration.seconds(0) } },
        ],
      },
      /^'steps\[0\].approval.deadline' must be given/,
    ],
    [
      'a deadline that the holds use up',
      { deadline: Duration.minutes(8) },
      /^'deadline' must be more than the holds .* 480 s/,
    ],
    [
      'a metric that nothing can meet',
      { analysis: [successRate({ atLeast: 100 })] },
      /^'analysis\[0\].atLeast' must be above 0 and below 100/,
    ],
    [
      'a metric of a step that measures both tracks',
      {
        steps: [
          {
            weight: 5,
            hold: minutes,
            analysis: [query({ name: 'q', query: 'up', atLeast: 1, noData: 'hold' })],
          },
        ],
      },
      /^'steps\[0\].analysis\[0\].query' does not tell the canary from stable/,
    ],
    [
      'no policy for no data',
      { analysis: [query({ name: 'q', query: 'up{track="$track"}', atLeast: 1 } as never)] },
      /^'analysis\[0\].noData' must say what happens without data: hold or abort/,
    ],
    [
      'an adopted selector that would catch the canary',
      { adopt: { name: 'legacy', selector: { 'app.kubernetes.io/name': 'checkout' } } },
      /^'adopt.selector' would select the canary's pods too/,
    ],
  ])('%s is said once, by the option', (_, props, expected) => {
    const found = complaints(props).filter((message) => message.startsWith("'"))
    expect(found.join('\n')).toMatch(expected)
    expect(found.length).toBeLessThanOrEqual(1)
  })
})

it('reports a freeze window that means nothing once, on its environment', () => {
  const window = { ...weekend, schedule: 'fridays', timeZone: 'Asia/Seol' }
  const { findings } = synthesisOf(() => {}, {}, [weekend, window])
  expect(findings.map(({ object, message }) => `${object} ${message}`)).toEqual([
    expect.stringMatching(/^prod 'freezeWindows\[1\].schedule' must have five fields/),
    expect.stringMatching(/^prod 'freezeWindows\[1\].timeZone' must be a time zone .*"Asia\/Seol"/),
  ])
})
