import { Duration } from 'cdk8s'
import { latency, successRate } from '../../constructs/analysis.ts'
import { CanaryRollout, type CanaryRolloutProps } from '../../constructs/canary-rollout.ts'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { autoscale, fixed } from '../../constructs/replicas.ts'
import { inFlightObjects } from '../../rollouts/in-flight.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { stepStates } from '../../rollouts/step-state.ts'
import { everything } from './everything.ts'
import { type Golden, golden, served } from './golden.ts'

const routed: CanaryRolloutProps = {
  ...served,
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

/** Without a router, a canary is as large as its share of the requests. */
const unrouted: CanaryRolloutProps = {
  ...served,
  replicas: fixed(10),
  steps: [{ weight: 10, hold: Duration.minutes(2) }, { weight: 50 }],
  analysis: [],
}

const routedWithEverything = (scope: Namespace): CanaryRolloutProps => ({
  ...everything(scope),
  ...routed,
  budget: { maxUnavailable: '20%' },
  rollingUpdate: { maxSurge: '50%', minReadySeconds: 20 },
  steps: [
    { scale: 10, hold: Duration.minutes(1) },
    { match: { header: 'x-canary', value: 'always' } },
    ...routed.steps,
  ],
})

/** What is in the cluster during the first step. */
function inFlight(name: string, props: CanaryRolloutProps): Golden {
  let plan: RolloutPlan | undefined
  const atRest = golden(name, (scope, id) => {
    plan = new CanaryRollout(scope, id, props).plan
  })
  return {
    ...atRest,
    objects: (targetVersion) => {
      const objects = atRest.objects(targetVersion)
      const [state] = stepStates(plan!.spec)
      return inFlightObjects(objects, { plan: plan!, state: state! })
    },
  }
}

export const canaries = [
  golden('canary-routed', (scope, id) => {
    new CanaryRollout(scope, id, routed)
  }),
  golden('canary-unrouted', (scope, id) => {
    new CanaryRollout(scope, id, unrouted)
  }),
  golden('canary-everything', (scope, id) => {
    new CanaryRollout(scope, id, routedWithEverything(scope))
  }),
] as const

/** With their first step's weight on the canary. */
export const canariesInFlight = [
  inFlight('flight-routed', routed),
  inFlight('flight-unrouted', unrouted),
] as const
