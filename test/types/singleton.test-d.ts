/* What must not compile. Checked by `npm run types`; nothing here runs. */
import { Duration } from 'cdk8s'
import { atMostOne, elected, usuallyOne } from '../../constructs/guarantee.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { autoscale } from '../../constructs/replicas.ts'
import { SingletonJob } from '../../constructs/singleton-job.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'

declare const scope: Namespace

const worker = { image: 'a:1', resources: { cpu: '1', memory: '1Gi' } } as const

new SingletonService(scope, 'ledger', { ...worker, guarantee: atMostOne() })
new SingletonService(scope, 'ledger', { ...worker, guarantee: usuallyOne() })
new SingletonService(scope, 'ledger', { ...worker, guarantee: elected({ work: 'supervised' }) })

// @ts-expect-error a guarantee is required
new SingletonService(scope, 'ledger', worker)

// @ts-expect-error what is exclusive has no default
elected({})

// @ts-expect-error nor is there another
elected({ work: 'everything' })

// @ts-expect-error the app itself can hold the election only where it cooperates
elected({ work: 'requests', elector: 'app' })

// @ts-expect-error an election by the app has no sidecar to configure
elected({ work: 'cooperative', elector: 'app', port: 9500 })

new SingletonService(scope, 'a', {
  ...worker,
  guarantee: atMostOne(),
  // @ts-expect-error nothing scales a singleton
  replicas: autoscale({ min: 2, max: 3 }),
})

// @ts-expect-error also not the one that is elected, whose pods are a plain number
elected({ work: 'requests', replicas: autoscale({ min: 2, max: 3, cpu: 70 }) })

// @ts-expect-error at most one is always one
atMostOne({ replicas: 2 })

// @ts-expect-error a volume says how big it is
atMostOne({ volumes: { data: { path: '/data' } } })

// @ts-expect-error durations have a unit
elected({ work: 'requests', lease: { duration: 15 } })

new SingletonJob(scope, 'report', { ...worker, schedule: '0 3 * * *', timeZone: 'UTC' })

// @ts-expect-error a schedule means nothing without a time zone
new SingletonJob(scope, 'report', { ...worker, schedule: '0 3 * * *' })

new SingletonJob(scope, 'a', {
  ...worker,
  schedule: '0 3 * * *',
  timeZone: 'UTC',
  // @ts-expect-error a job ends, and nobody asks whether it is ready
  health: { ready: '/', live: '/l' },
})

new SingletonJob(scope, 'a', {
  ...worker,
  schedule: '0 3 * * *',
  timeZone: 'UTC',
  // @ts-expect-error concurrency is not for choosing
  concurrencyPolicy: 'Allow',
})

new SingletonJob(scope, 'report', {
  ...worker,
  schedule: '0 3 * * *',
  timeZone: 'UTC',
  lock: { lease: { duration: Duration.seconds(30) } },
})
