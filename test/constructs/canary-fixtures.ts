import { Duration } from 'cdk8s'
import {
  autoscale,
  type CanaryRolloutProps,
  fixed,
  gatewayApi,
  latency,
  successRate,
} from '../../constructs/index.ts'
import { minimal } from './fixtures.ts'

/** A canary behind a router, autoscaled. */
export const routed: CanaryRolloutProps = {
  ...minimal,
  replicas: autoscale({ min: 3, max: 30, cpu: 70 }),
  traffic: gatewayApi({ gateway: 'public', hostname: 'checkout.example.com' }),
  steps: [
    { weight: 5, hold: Duration.minutes(2) },
    { weight: 25 },
    { weight: 50, approval: 'checkout-owners' },
  ],
  analysis: [
    successRate({ atLeast: 99.5 }),
    latency({ percentile: 99, below: Duration.millis(400) }),
  ],
}

const { traffic: _, ...withoutTraffic } = routed

/** A canary that is as large as its share of the requests. */
export const unrouted: CanaryRolloutProps = {
  ...withoutTraffic,
  replicas: fixed(10),
  steps: [{ weight: 10, hold: Duration.minutes(2) }, { weight: 50 }],
}
