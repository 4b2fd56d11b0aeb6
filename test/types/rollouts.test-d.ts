/* What must not compile. Checked by `npm run types`; nothing here runs. */
import { Duration } from 'cdk8s'
import {
  autoscale,
  CanaryRollout,
  Environment,
  type FreezeWindow,
  fixed,
  HighlyAvailableDeployment,
  latency,
  type Namespace,
  query,
  type Step,
  successRate,
} from '../../constructs/index.ts'

declare const scope: Namespace

const served = {
  image: 'a:1',
  port: 8080,
  resources: { cpu: '1', memory: '1Gi' },
  health: { ready: '/readyz', live: '/livez' },
} as const

new HighlyAvailableDeployment(scope, 'web', { ...served, replicas: fixed(3) })

// @ts-expect-error a number in Git and an autoscaler would fight
autoscale({ min: 2, max: 3, cpu: 70, fixed: 3 })

// @ts-expect-error from either side
fixed(3, { max: 5 })

new HighlyAvailableDeployment(scope, 'web', {
  ...served,
  replicas: fixed(3),
  // @ts-expect-error and beside each other
  autoscaler: autoscale({ min: 2, max: 3, cpu: 70 }),
})

// @ts-expect-error how many pods there are has no default
new HighlyAvailableDeployment(scope, 'web', served)

// @ts-expect-error nor is it a bare number
new HighlyAvailableDeployment(scope, 'web', { ...served, replicas: 3 })

const { resources, ...withoutResources } = served
// @ts-expect-error resources have no default that fits two apps
new HighlyAvailableDeployment(scope, 'web', { ...withoutResources, replicas: fixed(3) })

const { health, ...withoutHealth } = served
// @ts-expect-error whatever listens says how it is asked
new HighlyAvailableDeployment(scope, 'web', { ...withoutHealth, replicas: fixed(3) })

const { port, ...withoutPort } = served
// @ts-expect-error a service listens
new HighlyAvailableDeployment(scope, 'web', { ...withoutPort, replicas: fixed(3) })

new HighlyAvailableDeployment(scope, 'web', {
  ...served,
  replicas: fixed(3),
  // @ts-expect-error a budget is one or the other
  budget: { minAvailable: 1, maxUnavailable: 1 },
})

new HighlyAvailableDeployment(scope, 'web', {
  ...served,
  replicas: fixed(3),
  // @ts-expect-error a selector is not for the user to choose, and nothing that changes is in it
  selector: { version: '1' },
})

new HighlyAvailableDeployment(scope, 'web', {
  ...served,
  replicas: fixed(3),
  // @ts-expect-error memory is an amount of bytes, not a number of something
  resources: { cpu: '1', memory: 512 },
})

new HighlyAvailableDeployment(scope, 'web', {
  ...served,
  replicas: fixed(3),
  // @ts-expect-error times have units
  shutdown: { drain: 30 },
})

const minutes = Duration.minutes(2)
const canary = { ...served, replicas: fixed(10), analysis: [] }

new CanaryRollout(scope, 'checkout', { ...canary, steps: [{ weight: 10, hold: minutes }] })

// @ts-expect-error a canary without steps is none
new CanaryRollout(scope, 'checkout', canary)

// @ts-expect-error that people alone judge is said by an empty list
new CanaryRollout(scope, 'checkout', { ...served, replicas: fixed(10), steps: [] })

// @ts-expect-error a step changes one thing
const twoChanges: Step = { weight: 5, scale: 10 }

// @ts-expect-error and it changes something
const noChange: Step = { hold: minutes }

// @ts-expect-error times have units
const bareHold: Step = { weight: 5, hold: 120 }

// @ts-expect-error an approval that is said at length has a deadline
const endless: Step = { weight: 5, approval: { role: 'owners' } }

const silent: Step = {
  weight: 5,
  // @ts-expect-error nobody's silence promotes
  approval: { role: 'owners', deadline: minutes, onTimeout: 'promote' },
}

// @ts-expect-error no data is never success
successRate({ atLeast: 99.5, noData: 'pass' })

// @ts-expect-error a latency is a time
latency({ percentile: 99, below: 400 })

// @ts-expect-error what an empty answer means only the author of the query knows
query({ name: 'queue', query: 'queue{track="$track"}', atMost: 10 })

// @ts-expect-error a freeze window says why
const silence: FreezeWindow = { schedule: '0 18 * * FRI', duration: 'PT12H', timeZone: 'UTC' }

declare const root: never
const prod = new Environment(root, 'prod', {
  owner: 'platform-team',
  images: { web: 'a' },
  hosts: {},
})
// @ts-expect-error the environment has no such image
prod.image('wbe')

void [resources, health, port, twoChanges, noChange, bareHold, endless, silent, silence]
