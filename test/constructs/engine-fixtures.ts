import { Duration } from 'cdk8s'
import {
  argoRollouts,
  autoscale,
  type CanaryRolloutProps,
  fixed,
  flagger,
  gatewayApi,
  latency,
  query,
  successRate,
} from '../../constructs/index.ts'
import { minimal } from './fixtures.ts'

const traffic = gatewayApi({
  gateway: 'public',
  gatewayNamespace: 'gateways',
  hostname: 'checkout.example.com',
  path: '/checkout',
})

/** All that Flagger can do. */
export const flaggered: CanaryRolloutProps = {
  ...minimal,
  replicas: autoscale({ min: 3, max: 30, cpu: 70 }),
  traffic,
  steps: [{ weight: 5, hold: Duration.minutes(2) }, { weight: 25 }, { weight: 100 }],
  analysis: [
    successRate({ atLeast: 99.5, minimumSamples: 1, compareWithStable: false }),
    latency({
      percentile: 99,
      below: Duration.millis(400),
      minimumSamples: 1,
      compareWithStable: false,
    }),
    query({
      name: 'declined',
      query: `sum(rate(declined_total{namespace="$namespace",service="\${service}"}[$window]))`,
      atMost: 2,
      noData: 'abort',
    }),
  ],
  engine: flagger({
    prometheus: 'http://prometheus.monitoring:9090',
    gates: { url: 'https://lockstep.example.com', token: `\${FLAGGER_TOKEN}` },
  }),
}

/** All that Argo Rollouts can do behind a router. */
export const argoed: CanaryRolloutProps = {
  ...minimal,
  replicas: autoscale({ min: 3, max: 30, cpu: 70 }),
  traffic,
  steps: [
    { weight: 5, hold: Duration.minutes(2) },
    { match: { header: 'x-canary', value: 'yes' } },
    { match: { cookie: 'canary', value: 'y.s' } },
    { scale: 40, hold: Duration.seconds(30) },
    { weight: 25 },
    { weight: 50 },
  ],
  analysis: [
    query({
      name: 'success',
      query: 'sum(rate(ok{pod=~"$deployment-.*",track="$track"}[$window]))',
      atLeast: 0.995,
      noData: 'hold',
    }),
    query({
      name: 'declined',
      query: 'sum(rate(declined_total{service="$service"}[$window]))',
      atLeast: 0,
      atMost: 2,
      noData: 'abort',
    }),
  ],
  engine: argoRollouts({
    prometheus: 'http://prometheus.monitoring:9090',
    gates: { url: 'https://lockstep.example.com', tokenSecret: 'lockstep-gates' },
  }),
}

/** Argo Rollouts without a router, and without us. */
export const argoedByPods: CanaryRolloutProps = {
  ...minimal,
  replicas: fixed(10),
  rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  steps: [{ weight: 10, hold: Duration.minutes(2) }, { weight: 50 }],
  analysis: [],
  engine: argoRollouts(),
}
