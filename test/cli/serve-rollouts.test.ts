import { renameSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { gitClient } from '../gitops/git-client.ts'
import { listening } from '../kubernetes/listening-server.ts'
import { releaseOn } from '../reconciler/release-fixture.ts'
import { addressOf, MAIN, ServingRollouts, TOKEN } from './serving-rollouts.ts'

const ROLLOUT = '/v1/rollouts/shop/checkout'
const DAY_MS = 24 * 60 * 60 * 1000

describe('lockstep serve with rollouts', () => {
  it('lets people ask for what the policy lets them, beside locks', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    await releaseOn(await gitClient(serving.repository))
    const address = await addressOf(serving.start(serving.letIn()))
    const ask = async (path: string, body?: object, token = TOKEN) => {
      const response = await fetch(`${address}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: JSON.parse(await response.text()) }
    }
    expect((await ask('/v1/rollouts', undefined, 'another')).status).toBe(401)
    expect(await ask('/v1/rollouts?environment=prod')).toMatchObject({
      status: 200,
      body: { rollouts: [{ name: 'checkout' }] },
    })
    expect((await ask(`${ROLLOUT}/pause`, { reason: 'lunch' })).status).toBe(403)
    const aborted = await ask(`${ROLLOUT}/abort`, { reason: 'not today' })
    expect(aborted).toMatchObject({ status: 200, body: { action: 'drop' } })
    expect((await ask('/v1/rollouts/tick', {})).body).toMatchObject({
      ticks: [{ environment: 'prod', commits: [] }],
    })
  })

  it('looks by itself, and commits what is to be done', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    const release = await releaseOn(await gitClient(serving.repository))
    release.cluster.nowMs = Date.now() - 5 * DAY_MS
    await release.tick()
    expect((await release.record()).rollout).toBeDefined()
    const server = serving.start()
    const address = await addressOf(server)
    const shown = await eventually(
      'the rollout is aborted, as it has had its time',
      async () => (await (await fetch(`${address}${ROLLOUT}`)).json()) as { heldBack: unknown[] },
      ({ heldBack }) => heldBack.length > 0,
    )
    expect(shown.heldBack).toMatchObject([
      { reason: expect.stringContaining('it was not promoted within') },
    ])
    expect(server.output).toContain('Rollouts of prod: shop/checkout: abort')
    expect((await fetch(`${address}/v1/locks/shop/x`)).status).toBe(200)
    expect((await fetch(`${address}/openapi/rollouts.json`)).status).toBe(200)
    expect((await fetch(`${address}/v1/rollouts/shop/x/abort`)).status).toBe(405)
  })

  it('aborts because of an alert, and tells others of the commit', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    const release = await releaseOn(await gitClient(serving.repository))
    release.cluster.nowMs = Date.now() - 60_000
    await release.tick()
    const told: string[] = []
    const listener = await listening(
      createServer(async (request, response) => {
        told.push(await text(request))
        response.writeHead(204).end()
      }),
    )
    onTestFinished(() => listener.close())
    const server = serving.start({
      LOCKSTEP_WEBHOOKS: 'senders: [{ kind: alertmanager, secrets: [{ variable: ALERTS }] }]',
      ALERTS: 'a-secret-of-alertmanager',
      LOCKSTEP_NOTIFICATIONS: JSON.stringify({
        targets: [
          {
            kind: 'standard-webhooks',
            url: `http://127.0.0.1:${listener.port}/hook`,
            secrets: [{ variable: 'HOOK' }],
          },
        ],
      }),
      HOOK: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
    })
    const address = await addressOf(server)
    const labels = { alertname: 'CheckoutErrors', namespace: 'shop', app: 'checkout' }
    const alert = { status: 'firing', labels, fingerprint: 'f', startsAt: new Date().toISOString() }
    const post = (secret: string) =>
      fetch(`${address}/webhooks/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ version: '4', alerts: [alert] }),
      })
    expect((await post('another-secret-of-somebody')).status).toBe(401)
    // Which sends it again for as long as it is not taken in time.
    await eventually(
      'the alert is taken',
      async () => (await post('a-secret-of-alertmanager')).status,
      (status) => status < 300,
    )
    const { heldBack } = await release.record()
    expect(heldBack).toMatchObject([{ reason: 'alert CheckoutErrors fires' }])
    const [news] = await eventually(
      'others are told',
      async () => told,
      ({ length }) => length > 0,
    )
    expect(news).toContain(await release.place.remote.tip('deploy'))
  })

  it('stops well while somebody listens', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    await releaseOn(await gitClient(serving.repository))
    const server = serving.start()
    const address = await addressOf(server)
    const events = await fetch(`${address}/events`)
    const reader = events.body!.getReader()
    await reader.read()
    server.signal('SIGTERM')
    while (!(await reader.read()).done);
    expect(await server.ended).toBe(0)
    expect(server.output).toContain('"message":"Stopped"')
  })

  it('goes on while the repository is away, and says so', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    await releaseOn(await gitClient(serving.repository))
    renameSync(serving.repository, `${serving.repository}.away`)
    const server = serving.start()
    const address = await addressOf(server)
    await server.untilSaid(/(The rollouts of prod could not be looked at)/)
    expect((await fetch(`${address}/v1/rollouts`)).status).toBeGreaterThanOrEqual(500)
    renameSync(`${serving.repository}.away`, serving.repository)
    const answer = await fetch(`${address}/v1/rollouts`)
    expect(await answer.json()).toMatchObject({ rollouts: [{ name: 'checkout' }] })
  })
})

describe('lockstep serve that is told wrong of rollouts', () => {
  it('says all of it at once, with what is wrong with the rest, and starts nothing', async () => {
    const serving = new ServingRollouts()
    serving.write(
      'rollouts.yaml',
      JSON.stringify({
        targets: [
          {
            environment: 'prod',
            branch: 'deploy',
            repository: { kind: 'github', repository: 'acme/deploy', token: { file: 'missing' } },
          },
          {
            environment: 'staging',
            branch: 'deploy',
            repository: {
              kind: 'smart-http',
              url: 'https://git.example.com/deploy',
              author: AUTHOR,
            },
            cluster: { kind: 'none' },
            metrics: { type: 'json', failures: { url: '/relative', total: '/a', bad: '/b' } },
          },
        ],
      }),
    )
    serving.write('webhooks.yaml', 'senders: [{ kind: github, secrets: [{ variable: NOT_SET }] }]')
    const server = serving.start({
      LOCKSTEP_WEBHOOKS_FILE: 'webhooks.yaml',
      LOCKSTEP_LOCKS: 'no lock',
    })
    expect(await server.ended).toBe(2)
    for (const mistake of [
      "LOCKSTEP_LOCKS: 'no' names no lock",
      'rollouts.yaml targets[0].repository.token: ENOENT',
      'rollouts.yaml targets[0].cluster: there is no cluster of our own here',
      'rollouts.yaml targets[1].metrics: ',
      'webhooks.yaml senders[0].secrets[0]: NOT_SET has nothing in it',
    ]) {
      expect(server.output).toContain(mistake)
    }
    expect(server.output).not.toContain('"address"')
  })

  it.each([
    [{ targets: [] }, 'targets: Add a target'],
    [{ targets: [{ environment: 'prod/eu' }] }, 'targets[0].environment: Write the name'],
    [
      { targets: [{ repository: { kind: 'svn' } }] },
      'targets[0].repository.kind: Write one of github, gitlab, smart-http and git',
    ],
    [
      { targets: [{ repository: { kind: 'gitlab', project: 'deploy', token: 'glpat-x' } }] },
      'targets[0].repository.token: Write { file: PATH } or { variable: NAME }',
    ],
    [
      {
        targets: [{ cluster: { kind: 'remote', server: 'http://10.0.0.1', token: { file: 'x' } } }],
      },
      'targets[0].cluster.server: Write the address of the API server, which begins with https://',
    ],
    [
      { targets: [{ pace: { leastSeconds: 0.1 } }] },
      'targets[0].pace.leastSeconds: Write 1 or more',
    ],
  ])('refuses %j', async (settings, mistake) => {
    const serving = new ServingRollouts()
    serving.write('rollouts.yaml', JSON.stringify(settings))
    const server = serving.start()
    expect(await server.ended).toBe(2)
    expect(server.output).toContain(`rollouts.yaml ${mistake}`)
    expect(server.output).not.toContain('glpat-x')
  })

  it('takes no registry for a sender, from whose pushes nothing would follow', async () => {
    const serving = new ServingRollouts()
    serving.configure()
    const server = serving.start({
      LOCKSTEP_WEBHOOKS:
        'senders: [{ kind: registry/harbor, host: harbor.example.com, secrets: [{ variable: S }] }]',
      S: 'a-secret-of-harbor-that-is-long',
    })
    expect(await server.ended).toBe(2)
    expect(server.output).toContain('senders[0]: nothing follows here from a push to a registry')
  })

  it('takes no webhooks for rollouts that it does not serve', async () => {
    const serving = new ServingRollouts()
    const server = new BundleProcess({
      program: process.execPath,
      args: [MAIN, 'serve', '--store', 'locks.db'],
      env: {
        NO_COLOR: '1',
        LOCKSTEP_WEBHOOKS: 'senders: [{ kind: github, secrets: [{ variable: SECRET }] }]',
        SECRET: 'x'.repeat(32),
      },
      cwd: serving.folder,
    })
    onTestFinished(() => server.kill())
    expect(await server.ended).toBe(2)
    expect(server.output).toContain('LOCKSTEP_WEBHOOKS: is about rollouts, and none are served')
  })
})

const AUTHOR = { name: 'Lockstep', email: 'lockstep@example.com' }
