import { Chart, Duration } from 'cdk8s'
import type { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import {
  App,
  ArgoSync,
  autoscale,
  CanaryRollout,
  ControlPlane,
  Environment,
  FencingPolicy,
  fixed,
  HighlyAvailableDeployment,
  Lock,
  Namespace,
  SingletonJob,
  SingletonService,
  serviceAccounts,
  usuallyOne,
  waive,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { minimal } from './fixtures.ts'

const { port: _port, health: _health, replicas: _replicas, ...pod } = minimal

/** What a synth calls errors, each as one line. */
function errorsOf(define: (app: App, prod: Environment) => void): readonly string[] {
  const app = new App({ outdir: 'unused' })
  const settings = { owner: 'platform-team', images: {}, lockstepImage: minimal.image }
  define(app, new Environment(app, 'prod', settings))
  return synthesizeTree(app)
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ object, message }) => `${object}: ${message}`)
}

const environmentOf = (scope: Construct): Environment =>
  Environment.tryOf(scope) ?? new Environment(scope, 'other', { owner: 'a', images: {} })

describe('what is made in the wrong place', () => {
  it('is one mistake, and nothing follows from what is in it: a namespace', () => {
    const errors = errorsOf((app) => {
      const loose = new Namespace(app, 'loose')
      new HighlyAvailableDeployment(loose, 'web', { ...minimal, replicas: fixed(1) })
      const steps = [{ weight: 50, hold: Duration.minutes(2) }]
      new CanaryRollout(loose, 'checkout', { ...minimal, steps, analysis: [] })
    })
    expect(errors).toEqual([
      "loose: 'scope' is in no environment, so the namespace has no folder on the deploy branch",
      "loose/web: 'replicas' must be at least 2, or every drain is an outage, got 1",
    ])
  })

  it.each<[string, (scope: Construct) => Construct]>([
    ['service', (scope) => new HighlyAvailableDeployment(scope, 'app', minimal)],
    [
      'canary',
      (scope) =>
        new CanaryRollout(scope, 'app', {
          ...minimal,
          steps: [],
          analysis: [],
        }),
    ],
    [
      'singleton',
      (scope) => new SingletonService(scope, 'app', { ...pod, guarantee: usuallyOne() }),
    ],
    [
      'job',
      (scope) => new SingletonJob(scope, 'app', { ...pod, schedule: '@daily', timeZone: 'UTC' }),
    ],
    ['lock', (scope) => new Lock(scope, 'app')],
    [
      'fencing policy',
      (scope) =>
        new FencingPolicy(scope, 'app', {
          lock: 'ledger',
          protects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'cursor' }],
        }),
    ],
    [
      'control plane',
      (scope) =>
        new ControlPlane(scope, 'app', {
          locks: [new Lock(new Namespace(environmentOf(scope), 'books'), 'ledger')],
          authentication: [serviceAccounts({ audience: 'lockstep-locks' })],
          handleKeys: { name: 'lockstep-keys' } as never,
        }),
    ],
    [
      'sync',
      (scope) =>
        new ArgoSync(scope, 'app', {
          environment: environmentOf(scope),
          source: { url: 'https://git.example.com/deploy.git' },
        }),
    ],
  ])('is one mistake: a %s', (_, make) => {
    for (const place of ['app', 'chart', 'environment'] as const) {
      const errors = errorsOf((app, prod) => {
        make({ app, chart: new Chart(app, 'chart'), environment: prod }[place])
      })
      const misplaced = errors.filter((error) => error.endsWith("'scope' is in no namespace"))
      expect(misplaced).toHaveLength(1)
      // Both have a mistake of their own beside it.
      expect(errors.filter((error) => !misplaced.includes(error)).join()).toMatch(
        /^$|'steps' must have at least one step|'environment' is the one that/,
      )
    }
  })

  it('cannot be collected without a scope, and is thrown with what to do', () => {
    expect(() => new Namespace(undefined as never, 'shop')).toThrow(
      'Construct "shop" needs the construct that it belongs to as its first argument, got undefined',
    )
  })
})

describe('an id', () => {
  it.each([undefined, null, '', 7])('that is %j is one mistake', (id) => {
    const errors = errorsOf((_, prod) => {
      const shop = new Namespace(prod, 'shop')
      new HighlyAvailableDeployment(shop, id as never, minimal)
    })
    expect(errors).toEqual(["prod/shop/(no id): 'id' must be a text that is not empty"])
  })
})

describe('what rules would say again is said once', () => {
  it.each<[string, (shop: Namespace) => void, string]>([
    [
      'an id',
      (shop) => void new HighlyAvailableDeployment(shop, 'Web_Shop', minimal),
      'prod/shop/Web_Shop: \'id\' must have only lower-case letters, digits and dashes, got "Web_Shop"',
    ],
    [
      'an id that is too long',
      (shop) =>
        void new SingletonJob(shop, 'x'.repeat(60), {
          ...pod,
          schedule: '@daily',
          timeZone: 'UTC',
        }),
      `prod/shop/${'x'.repeat(60)}: 'id' must have at most 52 characters (has 60), since '-0123456789' is appended, got "${'x'.repeat(60)}"`,
    ],
    [
      'a schedule',
      (shop) =>
        void new SingletonJob(shop, 'report', { ...pod, schedule: 'daily', timeZone: 'UTC' }),
      'prod/shop/report: \'schedule\' must have five fields (has 1): minute, hour, day, month, day of the week, got "daily"',
    ],
    [
      'a time zone',
      (shop) =>
        void new SingletonJob(shop, 'report', {
          ...pod,
          schedule: '@daily',
          timeZone: 'Mars/Base',
        }),
      'prod/shop/report: \'timeZone\' must be a time zone of the IANA database, upper and lower case as there, got "Mars/Base"',
    ],
    [
      'the bounds of an autoscaler',
      (shop) =>
        void new HighlyAvailableDeployment(shop, 'web', {
          ...minimal,
          replicas: autoscale({ min: 9, max: 3, cpu: 70 }),
        }),
      "prod/shop/web: 'replicas.max' must be greater than min (9), got 3",
    ],
    [
      'a budget',
      (shop) =>
        void new HighlyAvailableDeployment(shop, 'web', {
          ...minimal,
          budget: { minAvailable: 3 },
        }),
      'prod/shop/web: \'budget\' never lets a pod go when there are 3, so every drain hangs, got {"minAvailable":3}',
    ],
    [
      'a waiver without a reason',
      (shop) =>
        void new HighlyAvailableDeployment(shop, 'web', {
          ...minimal,
          waivers: [waive('image/digest', '')],
        }),
      'prod/shop/web: \'waivers[0].reason\' must be a text that is not empty, got ""',
    ],
    [
      'a name that objects do not keep',
      (shop) =>
        void new HighlyAvailableDeployment(shop, 'web', {
          ...minimal,
          env: JSON.parse('{"__proto__": "x"}'),
        }),
      "prod/shop/web: 'env' has a key `__proto__`, which JavaScript takes for something else and drops",
    ],
  ])('%s', (_, define, error) => {
    expect(errorsOf((_app, prod) => define(new Namespace(prod, 'shop')))).toEqual([error])
  })
})
