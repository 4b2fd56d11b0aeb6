import { Duration } from 'cdk8s'
import { neverWithout } from '../../constructs/drains.ts'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import { atMostOne, elected, usuallyOne } from '../../constructs/guarantee.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import { everything } from './everything.ts'
import { golden, least, served } from './golden.ts'

/** What holds an elector to its own pod. */
const ADMISSION_POLICIES = { since: '1.30' } as const

export const singletons = [
  golden('single-at-most-one', (scope, id) => {
    new SingletonService(scope, id, { ...served, guarantee: atMostOne() })
  }),
  golden('single-worker', (scope, id) => {
    new SingletonService(scope, id, { ...least, guarantee: atMostOne() })
  }),
  golden('single-volume', (scope, id) => {
    new SingletonService(scope, id, {
      ...everything(scope),
      port: 8080,
      health: { ready: '/readyz', live: '/livez' },
      guarantee: atMostOne({
        volumes: { data: { path: '/var/lib/search', size: '20Gi', storageClass: 'fast' } },
      }),
      drains: neverWithout('the storage team moves the volume'),
    })
  }),
  golden('single-usually-one', (scope, id) => {
    new SingletonService(scope, id, { ...served, guarantee: usuallyOne() })
  }),
  golden('single-usually-volume', (scope, id) => {
    new SingletonService(scope, id, {
      ...least,
      guarantee: usuallyOne({ volumes: { data: { path: '/var/lib/feed', size: '5Gi' } } }),
    })
  }),
  ...(['requests', 'supervised'] as const).map((work) =>
    golden(
      `elected-${work}`,
      (scope, id) => {
        new SingletonService(scope, id, { ...served, guarantee: elected({ work }) })
      },
      ADMISSION_POLICIES,
    ),
  ),
  golden('elected-cooperative', (scope, id) => {
    new SingletonService(scope, id, { ...served, guarantee: elected({ work: 'cooperative' }) })
  }),
  golden('elected-by-app', (scope, id) => {
    const guarantee = elected({ work: 'cooperative', elector: 'app', replicas: 3 })
    new SingletonService(scope, id, { ...served, guarantee })
  }),
  golden(
    'elected-everything',
    (scope, id) => {
      new SingletonService(scope, id, {
        ...everything(scope),
        port: 8080,
        health: { ready: '/readyz', live: '/livez' },
        traffic: gatewayApi({ gateway: 'public', hostname: 'ledger.example.com' }),
        guarantee: elected({
          work: 'requests',
          replicas: 3,
          lease: { duration: Duration.seconds(30), renewDeadline: Duration.seconds(20) },
          elector: { port: 9500, resources: { cpu: '50m', memory: '128Mi' } },
          apiServer: '203.0.113.7/32',
        }),
      })
    },
    ADMISSION_POLICIES,
  ),
] as const
