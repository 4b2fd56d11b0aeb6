import type { RolloutPlan, RolloutSpec } from '../../rollouts/plan.ts'

/** A plan with nothing wrong in it. */
export const soundPlan: RolloutPlan = {
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
      { match: { header: 'x-canary', value: 'yes' }, holdSeconds: 60 },
      { weight: 5, holdSeconds: 120 },
      { scale: 40, holdSeconds: 30 },
      { weight: 25, holdSeconds: 120 },
      {
        weight: 50,
        holdSeconds: 0,
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
        windowSeconds: 120,
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
        fromStep: 2,
        untilStep: 4,
        windowSeconds: 120,
        intervalSeconds: 10,
        minimumSamples: 100,
        noData: 'hold',
        compareWithStable: true,
      },
      {
        type: 'query',
        name: 'queue',
        query: 'max(queue_length{pod=~"$deployment-.*"})',
        atMost: 100,
        fromStep: 1,
        windowSeconds: 60,
        intervalSeconds: 60,
        minimumSamples: 1,
        noData: 'abort',
        compareWithStable: false,
      },
    ],
    freezeWindows: [
      { schedule: '0 18 * * FRI', duration: 'P2DT14H', timeZone: 'Asia/Seoul', reason: 'weekend' },
    ],
    deadlineSeconds: 172_800,
  },
}

export const planWith = (spec: Partial<RolloutSpec>): RolloutPlan => ({
  ...soundPlan,
  spec: { ...soundPlan.spec, ...spec },
})

/** Without a router: ten pods, and as many steps as the ratio can make. */
export const ratioSpec = {
  replicas: { min: 10, max: 10 },
  router: { type: 'replica-ratio', surge: '25%' },
  analysis: [],
  steps: [
    { weight: 8, holdSeconds: 60 },
    { weight: 25, holdSeconds: 60 },
  ],
} as const satisfies Partial<RolloutSpec>
