import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BUNDLES } from '../../../scripts/bundles.ts'
import { builtBundle } from './built-bundle.ts'

/** What is in no bundle, by the beginning of its path. */
const NOWHERE = [
  'constructs/',
  'gitops/',
  'checks/',
  'rollouts/',
  'leases/memory-lease-store.ts',
  'leases/sqlite',
  'node_modules/cdk8s',
  'node_modules/commander/',
  'node_modules/constructs/',
  'node_modules/@kubernetes/',
  'node_modules/kubernetes-models/',
]

/** What is in one bundle, and not in the others. */
const OWN = {
  serve: [
    'kubernetes/in-cluster.ts',
    'functions/serving/node-server.ts',
    'node_modules/prom-client/',
  ],
  lambda: ['node_modules/hono/dist/adapter/aws-lambda/'],
  workers: ['kubernetes/fetch-transport.ts', 'functions/serving/unshared-store.ts'],
}

/** What the library for schemas says in other languages than English. */
const isForeign = (module: string): boolean =>
  /\/zod\/v4\/locales\/(?!en\.js|index\.js)/.test(module)

const names = Object.keys(OWN) as (keyof typeof OWN)[]

describe.each(names)('the bundle %s', (name) => {
  const bundle = builtBundle(name)
  const partsOf = (places: readonly string[]) =>
    bundle().modules.filter((module) => places.some((place) => module.startsWith(place)))

  it('has locks on Leases of Kubernetes, and all that they need', () => {
    expect(bundle().modules).toContain('leases/kubernetes-lease-store.ts')
    expect(bundle().modules).toContain('functions/locks/lock-function.ts')
    // A Worker has nothing of Node.
    const given = name === 'workers' ? /^$/ : /^node:/
    expect(bundle().imports.filter((specifier) => !given.test(specifier))).toEqual([])
  })

  it('has nothing of constructs, schemas, commands and other stores', () => {
    // Of Git it has how an answer by HTTP says when to come again, which issuers say alike.
    expect(partsOf(NOWHERE)).toEqual(['gitops/retry-after.ts'])
    expect(bundle().modules.filter(isForeign)).toEqual([])
    expect(bundle().imports).not.toContain('node:child_process')
    expect(readFileSync(bundle().file, 'utf8')).not.toContain('node:sqlite')
  })

  it('calls functions and classes what the sources call them, as stacks in its log do', () => {
    const text = readFileSync(bundle().file, 'utf8')
    const called = [/\bfunction lockFunction\(/, /\bProblemError=class\b/, /\bLockQueue=class\b/]
    expect(called.filter((name) => !name.test(text))).toEqual([])
  })

  it('has what is its own, and nothing that is of others alone', () => {
    for (const place of OWN[name]) expect(partsOf([place])).not.toEqual([])
    const ofOthers = names.filter((other) => other !== name).flatMap((other) => OWN[other])
    expect(partsOf(ofOthers)).toEqual([])
  })
})

describe.each(['serveRollouts', 'lambdaRollouts', 'workersRollouts'] as const)(
  'the bundle %s',
  (name) => {
    const bundle = builtBundle(name)

    it('has rollouts, webhooks and the adapters that need no disk, and all that they need', () => {
      for (const module of [
        'functions/rollouts/rollout-function.ts',
        'functions/webhooks/webhook-function.ts',
        'gitops/github-remote.ts',
        'gitops/gitlab-remote.ts',
        'gitops/smart-http-remote.ts',
        'reconciler/kubernetes-live-state.ts',
      ]) {
        expect(bundle().modules).toContain(module)
      }
      const given = name === 'workersRollouts' ? /^$/ : /^node:/
      expect(bundle().imports.filter((specifier) => !given.test(specifier))).toEqual([])
    })

    it('has nothing of constructs, schemas, commands, other stores and the `git` command', () => {
      const wanted = ['gitops/', 'rollouts/', 'checks/']
      const nowhere = [
        ...NOWHERE.filter((place) => !wanted.includes(place)),
        'checks/schema',
        'gitops/git-command-remote.ts',
        'gitops/publish.ts',
      ]
      const wrong = bundle().modules.filter((module) =>
        nowhere.some((place) => module.startsWith(place)),
      )
      expect(wrong).toEqual([])
      expect(bundle().modules.filter(isForeign)).toEqual([])
      expect(bundle().imports).not.toContain('node:child_process')
      expect(readFileSync(bundle().file, 'utf8')).not.toContain('node:sqlite')
    })
  },
)

describe('the bundle elect', () => {
  const bundle = builtBundle('elect')

  it('has an elector on Leases of Kubernetes, limits of connections, and nothing else of functions, and of other stores', () => {
    expect(bundle().modules).toContain('cli/run-elector.ts')
    expect(bundle().modules).toContain('leases/kubernetes-lease-store.ts')
    // The elector's arguments are read by the same library as those of the command.
    const nowhere = ['functions/', ...NOWHERE.filter((place) => !place.includes('commander'))]
    const wrong = bundle().modules.filter((module) =>
      nowhere.some((place) => module.startsWith(place)),
    )
    expect(wrong.toSorted()).toEqual([
      'functions/serving/limit-connections.ts',
      'functions/serving/request-limits.ts',
    ])
    expect(bundle().imports.filter((specifier) => !specifier.startsWith('node:'))).toEqual([])
    expect(readFileSync(bundle().file, 'utf8')).not.toContain('node:sqlite')
  })
})

describe('the bundle lockstep', () => {
  const bundle = builtBundle('lockstep')

  it('has nothing of what it runs', () => {
    expect(bundle().modules).toEqual([BUNDLES.lockstep.entry])
    expect(bundle().imports).toEqual([])
  })
})
