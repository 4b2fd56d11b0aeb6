import { describe, expect, it } from 'vitest'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, KINDS, proofHeaders, SECRET, send, senderOf } from './webhook-caller.ts'
import { FIXTURE_NAMES, fixture } from './webhook-fixture.ts'

const COMMIT = '450796ddb2ab6724ee1cc32a4be56da032d1cca0'
const DIGEST = 'sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf'
const DEPLOY = { repository: 'github.com/acme/deploy', branch: 'deploy' }

const flux = (reason: string, more: object) => ({
  sender: 'flux',
  reason: `Flux says ${reason} of Kustomization apps/webapp`,
  ...more,
})

const image = (sender: string, repository: string, tag: string, claimedDigest?: string) => ({
  sender: `registry/${sender}`,
  repository,
  tag,
  claimedDigest,
})

const HIGH_ERROR_RATE = {
  sender: 'alertmanager',
  environment: 'prod',
  name: 'HighErrorRate',
  namespace: 'shop',
  track: 'canary',
}

/** What each webhook means: its status, and what the sink is told. */
const MEANINGS: Readonly<Record<string, readonly [status: number, ...told: object[]]>> = {
  'flux-reconciled': [
    202,
    flux('ReconciliationSucceeded', {
      environment: 'production',
      branch: 'main',
      revision: COMMIT,
    }),
  ],
  'flux-documented': [
    202,
    flux('ValidationFailed', {
      branch: 'main',
      revision: '731f7eaddfb6af01cb2173e18f0f75b0ba780ef1',
    }),
  ],
  'flux-from-registry': [202, flux('HealthCheckFailed', { branch: 'main', revision: COMMIT })],
  'argocd-synced': [
    202,
    {
      sender: 'argocd',
      environment: 'prod',
      reason: 'Argo CD says Succeeded, Synced, Healthy of Application argocd/prod-shop',
      repository: 'git.example.com/acme/deploy',
      revision: COMMIT,
    },
  ],
  'argocd-several-sources': [
    202,
    {
      sender: 'argocd',
      environment: 'prod',
      reason: 'Argo CD says OutOfSync, Degraded of Application argocd/prod-shop',
    },
  ],
  'flagger-confirm-promotion': [
    200,
    {
      sender: 'flagger',
      namespace: 'test',
      app: 'podinfo',
      hook: 'confirm-promotion',
      checksum: '85d557f47b',
      metadata: { test: 'all' },
    },
  ],
  'flagger-event': [
    200,
    {
      sender: 'flagger',
      app: { namespace: 'test', app: 'podinfo' },
      reason: 'Flagger says at event that test/podinfo is Progressing',
    },
  ],
  'argo-rollouts-measurement': [
    200,
    {
      sender: 'argo-rollouts',
      environment: 'prod',
      namespace: 'shop',
      app: 'checkout',
      hook: 'metric',
      checksum: '6c54544bf9',
      metadata: { step: '2' },
    },
  ],
  'alertmanager-firing': [
    202,
    {
      ...HIGH_ERROR_RATE,
      status: 'firing',
      app: 'checkout',
      fingerprint: 'c1b2a3f405e6d7c8',
      startsAtMs: Date.UTC(2026, 7, 22, 10, 0, 0, 123),
      summary: '4 % of requests fail',
    },
    {
      ...HIGH_ERROR_RATE,
      status: 'resolved',
      app: 'cart',
      fingerprint: '0f1e2d3c4b5a6978',
      startsAtMs: Date.UTC(2026, 7, 22, 9),
      summary: undefined,
    },
  ],
  'github-ping': [200],
  'github-push': [
    202,
    {
      sender: 'github',
      ...DEPLOY,
      revision: COMMIT,
      reason: 'Somebody pushed to deploy of acme/deploy',
    },
  ],
  'github-branch-deleted': [202, { sender: 'github', ...DEPLOY }],
  'github-tag': [200],
  'github-package-published': [
    202,
    {
      sender: 'github',
      repository: 'ghcr.io/acme/checkout',
      tag: '5.5.9',
      claimedDigest: DIGEST,
      delivery: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  ],
  'github-package-untagged': [200],
  'github-registry-package': [
    202,
    { sender: 'github', repository: 'ghcr.io/acme/checkout', tag: '5.5.9', claimedDigest: DIGEST },
  ],
  'gitlab-push': [
    202,
    {
      sender: 'gitlab',
      repository: 'gitlab.example.com/acme/deploy',
      branch: 'deploy',
      revision: COMMIT,
      reason: 'Somebody pushed to deploy of acme/deploy',
    },
  ],
  'gitlab-pipeline': [200],
  'distribution-push': [
    202,
    image('distribution', 'registry.example.com/shop/checkout', '1.4.2', DIGEST),
  ],
  'docker-hub-push': [202, image('docker-hub', 'docker.io/svendowideit/testhook', 'latest')],
  'harbor-push': [202, image('harbor', 'harbor.example.com/library/busybox', '1.36', DIGEST)],
  'harbor-cloudevents': [
    202,
    image('harbor', 'harbor.example.com/library/busybox', '1.36', DIGEST),
  ],
  'quay-push': [
    202,
    image('quay', 'quay.io/dgangaia/test', 'latest'),
    image('quay', 'quay.io/dgangaia/test', '1.0'),
  ],
  'quay-push-of-2013': [202, image('quay', 'quay.io/devtable/ubuntu', 'latest')],
}

describe('What a sender sends', () => {
  it.each(FIXTURE_NAMES)('is understood: %s', async (name) => {
    const [status, ...told] = MEANINGS[name] ?? []
    const sink = new RecordingSink()
    const answer = await send(functionOf({ sink }), fixture(name))
    expect(answer.status).toBe(status)
    expect(sink.told).toEqual(told.map((each) => expect.objectContaining(each)))
  })

  it('is documented somewhere, for each sender that there is', () => {
    expect(Object.keys(MEANINGS).sort()).toEqual(FIXTURE_NAMES)
    expect(new Set(FIXTURE_NAMES.map((name) => fixture(name).kind))).toEqual(new Set(KINDS))
    for (const name of FIXTURE_NAMES) expect(fixture(name).source, name).not.toBe('')
  })

  it('never has a token in what the sink is told', async () => {
    const sink = new RecordingSink()
    await send(functionOf({ sink }), fixture('flagger-confirm-promotion'))
    expect(JSON.stringify(sink.told)).not.toContain('of-the-tests')
  })
})

describe('A sender that is bound to an environment', () => {
  it.each(['flux-reconciled', 'argocd-synced', 'alertmanager-firing', 'argo-rollouts-measurement'])(
    'cannot speak of another one: %s',
    async (name) => {
      const { kind } = fixture(name)
      const sink = new RecordingSink()
      const senders = [senderOf(kind, { environment: 'staging' })]
      const { status, text } = await send(functionOf({ sink, senders }), fixture(name))
      expect(status).toBe(200)
      expect(text).toContain('may not speak of')
      expect(sink.told).toEqual([])
    },
  )

  it.each(['flux-documented', 'github-push', 'docker-hub-push', 'flagger-event'])(
    'need not name it: %s',
    async (name) => {
      const { kind } = fixture(name)
      const sink = new RecordingSink()
      const senders = [senderOf(kind, { environment: 'staging' })]
      await send(functionOf({ sink, senders }), fixture(name))
      expect(sink.told).toEqual([expect.objectContaining({ environment: 'staging' })])
    },
  )

  it('is told so by a gate, which does not open', async () => {
    const { payload, ...rest } = fixture('flagger-confirm-promotion')
    const metadata = { token: 'TOKEN', environment: 'prod' }
    const sink = new RecordingSink()
    const senders = [senderOf('flagger', { environment: 'staging' })]
    const app = functionOf({ sink, senders })
    const answer = await send(app, { ...rest, payload: { ...payload, metadata } })
    expect([answer.status, sink.told]).toEqual([403, []])
    expect(answer.text).toContain('may not speak of')
  })
})

it('a branch that was deleted has no revision', async () => {
  const sink = new RecordingSink()
  await send(functionOf({ sink }), fixture('github-branch-deleted'))
  expect(sink.looks[0]).not.toHaveProperty('revision')
})

describe('A name that could lead elsewhere', () => {
  const NAMES = ['../other', 'a/b', 'a..b', '.', 'Shop', '', ' ', 'x'.repeat(254)]
  const changed = (name: string, change: object) => {
    const { payload, ...rest } = fixture(name)
    return { ...rest, payload: { ...payload, ...change } }
  }

  it.each(NAMES)('is none of an app that is asked for: %j', async (name) => {
    const sink = new RecordingSink()
    const app = functionOf({ sink })
    for (const change of [{ name }, { namespace: name }]) {
      const { status } = await send(app, changed('flagger-confirm-promotion', change))
      expect(status).toBe(400)
    }
    for (const change of [{ app: name }, { namespace: name }]) {
      const { status } = await send(app, changed('argo-rollouts-measurement', change))
      expect(status).toBe(400)
    }
    expect(sink.told).toEqual([])
  })

  it.each(NAMES)('is none of an alert: %j', async (name) => {
    const sink = new RecordingSink()
    const [alert] = fixture('alertmanager-firing').payload.alerts as { labels: object }[]
    for (const label of ['namespace', 'app']) {
      const alerts = [{ ...alert, labels: { ...alert!.labels, [label]: name } }]
      const answer = await send(functionOf({ sink }), changed('alertmanager-firing', { alerts }))
      expect([answer.status, answer.json.taken]).toEqual([200, 0])
    }
    expect(sink.told).toEqual([])
  })

  it.each(['../prod', 'prod/eu', '.', ' '])(
    'is none of an environment: %j',
    async (environment) => {
      const sink = new RecordingSink()
      await send(functionOf({ sink }), changed('argocd-synced', { environment }))
      await send(functionOf({ sink }), changed('flux-reconciled', { metadata: { environment } }))
      expect(sink.told).toEqual([])
    },
  )

  it('may be missing in an alert, which is of all then', async () => {
    const sink = new RecordingSink()
    const [alert] = fixture('alertmanager-firing').payload.alerts as object[]
    const alerts = [{ ...alert, labels: { alertname: 'Down' } }]
    await send(functionOf({ sink }), changed('alertmanager-firing', { alerts }))
    expect(sink.alerts).toMatchObject([{ namespace: undefined, app: undefined }])
  })
})

it('what people read of it is one line, however long it was', async () => {
  const { payload, ...rest } = fixture('flux-reconciled')
  const sink = new RecordingSink()
  const reason = `Nonsense\n${'x'.repeat(5000)}`
  await send(functionOf({ sink }), { ...rest, payload: { ...payload, reason } })
  expect(sink.looks[0]?.reason).toMatch(/^Flux says Nonsense x{1,200}…$/)
})

describe('The id of an event', () => {
  const BAD = ['', ' ', 'x [skip ci]', 'a\n\nskip-checks: true', 'x'.repeat(65), 'ä', 'a/b']

  /** What a registry says of two images under one id, as seen by one instance. */
  async function pushesWith(id: unknown) {
    const { payload, ...rest } = fixture('distribution-push')
    const events = payload.events as { id: string; action: string; target: { tag?: string } }[]
    const push = events.find(({ action, target }) => action === 'push' && target.tag)!
    const sink = new RecordingSink()
    const app = functionOf({ sink })
    for (const tag of ['1.0.0', '1.0.1']) {
      const event = { ...push, id, target: { ...push.target, tag } }
      await send(app, { ...rest, payload: { ...payload, events: [event] } })
    }
    return sink.images
  }

  it('of a registry is told, and what has it is told once', async () => {
    const id = '320678d8-ca14-430f-8bb6-4ca139cd83f7'
    expect(await pushesWith(id)).toMatchObject([{ tag: '1.0.0', delivery: id }])
  })

  it.each([...BAD, 1, null, undefined])('of a registry is none if it is %j', async (id) => {
    expect(await pushesWith(id)).toMatchObject([
      { tag: '1.0.0', delivery: undefined },
      { tag: '1.0.1', delivery: undefined },
    ])
  })

  it.each(['x [skip ci]', 'x'.repeat(65), 'a/b', ' '])(
    'of GitHub, which does not sign it, is none if it is %j',
    async (id) => {
      const { payload, ...rest } = fixture('github-package-published')
      const sink = new RecordingSink()
      const app = functionOf({ sink })
      const headers = { 'x-github-delivery': id }
      for (const marker of [1, 2]) {
        await send(app, { ...rest, payload: { ...payload, marker } }, { headers })
      }
      expect(sink.images.map(({ delivery }) => delivery)).toEqual([undefined, undefined])
    },
  )

  it('of GitLab is none if it is long', async () => {
    const { payload, ...rest } = fixture('gitlab-push')
    const sink = new RecordingSink()
    const senders = [senderOf('gitlab', { proof: 'gitlab-token' })]
    const app = functionOf({ sink, senders })
    for (const [marker, id] of ['x'.repeat(65), 'x'.repeat(65), 'msg_1', 'msg_1'].entries()) {
      const headers = { ...proofHeaders('gitlab-token', SECRET, ''), 'webhook-id': id }
      await send(app, { ...rest, payload: { ...payload, marker } }, { headers })
    }
    expect(sink.looks).toHaveLength(3)
  })

  it('of an alert is none if its fingerprint is long', async () => {
    const { payload, ...rest } = fixture('alertmanager-firing')
    const [alert] = payload.alerts as object[]
    const sink = new RecordingSink()
    const app = functionOf({ sink })
    for (const fingerprint of [
      'x'.repeat(65),
      'x'.repeat(65),
      'c1b2a3f405e6d7c8',
      'c1b2a3f405e6d7c8',
    ]) {
      const marker = sink.alerts.length
      await send(app, {
        ...rest,
        payload: { ...payload, marker, alerts: [{ ...alert, fingerprint }] },
      })
    }
    expect(sink.alerts).toHaveLength(3)
  })
})

describe('What a registry calls an image', () => {
  const pushed = async (repo_full_name: string, tag: string) => {
    const { payload, ...rest } = fixture('harbor-push')
    const event_data = { resources: [{ tag }], repository: { repo_full_name } }
    const sink = new RecordingSink()
    await send(functionOf({ sink }), { ...rest, payload: { ...payload, event_data } })
    return sink.images.map(({ repository, tag }) => `${repository}:${tag}`)
  }

  it.each([
    ['library/busybox', '1.36'],
    ['a/b__c/d--e.f_g', '_A.b-c'],
    ['a', 'x'.repeat(128)],
  ])('is told: %s:%s', async (name, tag) => {
    expect(await pushed(name, tag)).toEqual([`harbor.example.com/${name}:${tag}`])
  })

  it.each([
    ['library/busybox', 'x'.repeat(129)],
    ['library/busybox', '1.36 [skip ci]'],
    ['library/busybox', '1.36\n'],
    ['library/busybox', '-1'],
    ['library/../busybox', '1.36'],
    ['library//busybox', '1.36'],
    ['-library', '1.36'],
    ['a___b', '1.36'],
    ['a b', '1.36'],
    ['x'.repeat(240), '1.36'],
  ])('is ignored if it cannot be: %s:%s', async (name, tag) => {
    expect(await pushed(name, tag)).toEqual([])
  })
})

it('a registry speaks of no images but its own', async () => {
  const { payload, ...rest } = fixture('quay-push')
  const sink = new RecordingSink()
  const foreign = { ...rest, payload: { ...payload, docker_url: 'quay.io.evil.example/a/b' } }
  const { status } = await send(functionOf({ sink }), foreign)
  expect([status, sink.told]).toEqual([200, []])
})
