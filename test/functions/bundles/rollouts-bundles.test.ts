import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import worker from '../../../functions/workers-rollouts.ts'
import { SmartHttpRemote } from '../../../gitops/smart-http-remote.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { bareRepository, filesOf, git } from '../../gitops/git.ts'
import { type GitHttpServer, gitHttpServer } from '../../gitops/git-http-server.ts'
import { AUTHOR } from '../../gitops/smart-http-client.ts'
import { RegistryStandIn } from '../../images/registry-stand-in.ts'
import { type Release, releaseOn } from '../../reconciler/release-fixture.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { builtBundle } from './built-bundle.ts'
import { BundleProcess } from './bundle-process.ts'
import { LambdaRuntimeApi } from './lambda-runtime-api.ts'
import { startWorkerd } from './workerd.ts'

const LOOP = fileURLToPath(new URL('lambda-loop.mjs', import.meta.url))
const TOKEN = 'a-token-that-nobody-can-guess'
const ROLLOUT = '/v1/rollouts/shop/checkout'
const DAY_MS = 24 * 60 * 60 * 1000

/** Settings of a function on a repository by HTTP, whose environment nobody looks at. */
const settingsFor = (url: string): Readonly<Record<string, string>> => ({
  LOCKSTEP_ROLLOUTS: JSON.stringify({
    targets: [
      {
        environment: 'prod',
        branch: 'deploy',
        repository: {
          kind: 'smart-http',
          url,
          username: 'lockstep',
          password: { variable: 'GIT_PASSWORD' },
          author: AUTHOR,
        },
        cluster: { kind: 'none' },
      },
    ],
  }),
  GIT_PASSWORD: 'secret',
  LOCKSTEP_STATIC_TOKENS: JSON.stringify({
    tokens: [{ name: 'ci', sha256: createHash('sha256').update(TOKEN).digest('hex') }],
  }),
  LOCKSTEP_POLICY: JSON.stringify({
    rules: [{ names: ['ci'], verbs: ['list', 'get', 'tick', 'abort'], rollouts: ['prod/*/*'] }],
  }),
  LOCKSTEP_WEBHOOKS: JSON.stringify({
    senders: [
      { kind: 'flux', proof: 'bearer', secrets: [{ variable: 'FLUX_SECRET' }] },
      { kind: 'argo-rollouts', secrets: [{ variable: 'ARGO_SECRET' }] },
    ],
  }),
  FLUX_SECRET: 'another-secret-that-is-long',
  ARGO_SECRET: 'a-third-secret-that-is-long',
})

interface Served {
  readonly release: Release
  readonly variables: Readonly<Record<string, string>>
  readonly server: GitHttpServer
  /** The bare one. */
  readonly repository: string
}

/** A rollout that has had its time, so that a look at it is an abort. */
async function lateRollout(): Promise<Served> {
  const root = temporaryFolder()
  const repository = bareRepository(join(root, 'deploy.git'))
  git(repository, 'config', 'http.receivepack', 'true')
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  const server = await gitHttpServer({ root, credentials: 'lockstep:secret' })
  onTestFinished(() => server.close())
  const url = `${server.url}/deploy.git`
  const credentials = { username: 'lockstep', password: 'secret' }
  const release = await releaseOn(new SmartHttpRemote({ url, author: AUTHOR, credentials }))
  release.cluster.nowMs = Date.now() - 5 * DAY_MS
  await release.tick()
  return { release, variables: settingsFor(url), server, repository }
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** What a function does on every platform. */
async function servesRollouts({ release }: Served, ask: Ask): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await ask(path, { headers, ...init })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  expect((await ask(ROLLOUT)).status).toBe(401)
  const shown = await call(ROLLOUT)
  expect(shown).toMatchObject({ status: 200, body: { rollout: { weight: 0 } } })
  const many = await Promise.all(Array.from({ length: 5 }, () => call('/v1/rollouts')))
  expect(many.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  const body = JSON.stringify({ reason: 'enough' })
  expect(await call(`${ROLLOUT}/pause`, { method: 'POST', body })).toMatchObject({ status: 403 })
  const aborted = await call(`${ROLLOUT}/abort`, { method: 'POST', body })
  expect(aborted).toMatchObject({ status: 200, body: { outcome: 'committed', action: 'abort' } })
  expect((await release.record()).heldBack).toMatchObject([{ reason: 'enough' }])
  expect((await call('/openapi.json')).status).toBe(200)
}

/** A look at one ref, by a connection that is kept. */
const ONE_REF = ['POST /deploy.git/git-upload-pack']

/** What the repository was asked for meanwhile. */
async function requestsOf(
  { server }: Served,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const before = server.requests.length
  await work()
  return server.requests.slice(before)
}

/** As the metric of docs/webhooks.md asks. */
const MEASUREMENT: RequestInit = {
  method: 'POST',
  headers: {
    authorization: 'Bearer a-third-secret-that-is-long',
    'content-type': 'application/json',
  },
  body: JSON.stringify({ namespace: 'shop', app: 'checkout', environment: 'prod' }),
}

/** What a function does on every platform. */
async function keepsWhatGatesHaveRead(served: Served, ask: Ask): Promise<void> {
  const measure = async () => {
    const answer = await ask('/webhooks/argo-rollouts', MEASUREMENT)
    return (await answer.json()) as { readonly state: string }
  }
  const many = await Promise.all(Array.from({ length: 5 }, measure))
  expect(new Set(many.map(({ state }) => state))).toEqual(new Set(['approved']))
  expect(await requestsOf(served, measure)).toEqual(ONE_REF)
  await served.release.edit([{ path: 'prod/STOP', write: 'an incident\n' }])
  expect(await measure()).toMatchObject({
    state: 'pending',
    reason: expect.stringContaining('an incident'),
  })
  expect(await requestsOf(served, measure)).toEqual(ONE_REF)
}

/** What a function does on every platform, once nothing is in flight. */
async function readsOneRefAtRest(served: Served, tick: () => Promise<unknown>): Promise<void> {
  await tick()
  expect((await served.release.record()).rollout).toBeUndefined()
  // Only a look after the last commit finds that nothing is left to do.
  await tick()
  for (let ticks = 0; ticks < 3; ticks++) expect(await requestsOf(served, tick)).toEqual(ONE_REF)
  await served.release.edit([{ path: 'prod/NOTES', write: 'nothing of ours\n' }])
  expect((await requestsOf(served, tick)).length).toBeGreaterThan(1)
  expect(await requestsOf(served, tick)).toEqual(ONE_REF)
}

const fluxEvent = (secret: string): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    involvedObject: { kind: 'Kustomization', name: 'prod', namespace: 'flux-system' },
    severity: 'info',
    timestamp: '2026-11-26T09:00:00Z',
    message: 'Applied',
    reason: 'ReconciliationSucceeded',
    reportingController: 'kustomize-controller',
    metadata: { revision: 'deploy@sha1:0000000000000000000000000000000000000000' },
  }),
})

const REGISTRY_SECRET = 'a-secret-of-the-registry'
const IMAGES = 'apps/images.json'

interface Following {
  readonly variables: Readonly<Record<string, string>>
  readonly registry: RegistryStandIn
  /** Of the file. */
  readonly text: () => string
}

/** A file of images in the repository of the rollouts, whose one image is followed. */
async function followedImage(): Promise<Following> {
  const { variables, repository: bare, release } = await lateRollout()
  const registry = await RegistryStandIn.start()
  const { targets } = JSON.parse(variables.LOCKSTEP_ROLLOUTS ?? '')
  const [{ repository }] = targets
  const follow = [{ image: 'r.example.com/shop/web', tag: 'main', at: ['prod', 'web'] }]
  const images = [
    { environment: 'prod', repository, branch: 'main', file: IMAGES, by: 'commit', follow },
  ]
  const registries = [{ host: 'r.example.com', address: registry.address }]
  const write = `{"prod":{"web":"r.example.com/shop/web:main@sha256:${'0'.repeat(64)}"}}`
  await release.place.remote.commit({
    branch: 'main',
    parent: undefined,
    isNewBranch: true,
    changes: [{ path: IMAGES, write }],
    message: 'images',
  })
  return {
    registry,
    text: () => filesOf(bare, 'main')[IMAGES] as string,
    variables: {
      ...variables,
      LOCKSTEP_ROLLOUTS: JSON.stringify({ targets, images, registries }),
      LOCKSTEP_WEBHOOKS: JSON.stringify({
        senders: [
          {
            kind: 'registry/harbor',
            host: 'r.example.com',
            secrets: [{ variable: 'REGISTRY_SECRET' }],
          },
        ],
      }),
      REGISTRY_SECRET,
    },
  }
}

/** As Harbor has it; whether it is true, the registry knows. */
const pushed = (tag: string, delivery: string): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${REGISTRY_SECRET}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    type: 'PUSH_ARTIFACT',
    occur_at: delivery,
    event_data: { resources: [{ tag }], repository: { repo_full_name: 'shop/web' } },
  }),
})

/** What a function does on every platform. */
async function followsImages({ registry, text }: Following, ask: Ask): Promise<void> {
  const tell = async (tag: string, delivery: string) =>
    (await ask('/webhooks/registry/harbor', pushed(tag, delivery))).status
  /** As senders do, which tell again what was not taken in time. */
  const tellUntilTaken = (tag: string, delivery: string) =>
    eventually(
      `${tag} is taken`,
      () => tell(tag, delivery),
      (status) => status < 500,
    )
  const first = registry.push('shop/web', 'main', 'first')
  // 200: taken by the attempt before, whose answer came too late.
  expect([200, 202]).toContain(await tellUntilTaken('main', '1'))
  expect(text()).toContain(`main@${first}`)
  const second = registry.push('shop/web', 'main', 'second')
  expect([200, 202]).toContain(await tellUntilTaken('latest', '2'))
  expect(text()).toContain(first)
  registry.intercept = (_, response) => {
    response.writeHead(503).end()
    return true
  }
  expect([503, 504]).toContain(await tell('main', '3'))
  expect(text()).toContain(first)
  registry.intercept = () => false
  expect([200, 202]).toContain(await tellUntilTaken('main', '3'))
  expect(text()).toContain(second)
}

const eventOf = (path: string, { method = 'GET', headers = {}, body }: RequestInit = {}) => {
  const { pathname, searchParams } = new URL(path, 'https://rollouts.example.com')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: String(searchParams),
    headers: { host: 'rollouts.example.com', ...Object.fromEntries(new Headers(headers)) },
    requestContext: {
      domainName: 'rollouts.example.com',
      http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
    },
    ...(typeof body === 'string' && { body }),
    isBase64Encoded: false,
  }
}

/** As EventBridge has it: https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-eventbridge.html */
const SCHEDULED = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-11-26T09:00:00Z',
  region: 'eu-central-1',
  resources: ['arn:aws:events:eu-central-1:123456789012:rule/tick'],
  detail: {},
}

describe('The bundle lambda-rollouts in a stand-in for its runtime, over smart HTTP', () => {
  const bundle = builtBundle('lambdaRollouts')

  async function start(variables: Readonly<Record<string, string>>) {
    const api = await LambdaRuntimeApi.start()
    const instance = new BundleProcess({
      program: process.execPath,
      args: [LOOP, bundle().file],
      env: { ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
    })
    onTestFinished(async () => {
      await instance.kill()
      await api.stop()
    })
    const ask: Ask = async (path, init) => {
      const result = (await api.invoke(eventOf(path, init))) as {
        readonly statusCode: number
        readonly headers: Readonly<Record<string, string>>
        readonly body: string
        readonly isBase64Encoded: boolean
      }
      const { statusCode: status, headers, body, isBase64Encoded } = result
      return new Response(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'), {
        status,
        headers,
      })
    }
    return { api, instance, ask }
  }

  it('serves rollouts', async () => {
    const served = await lateRollout()
    await servesRollouts(served, (await start(served.variables)).ask)
  })

  it('ticks when its schedule says so', async () => {
    const { release, variables } = await lateRollout()
    const { api, instance } = await start(variables)
    await api.invoke(SCHEDULED)
    expect((await release.record()).heldBack).toMatchObject([
      { reason: expect.stringContaining('it was not promoted within') },
    ])
    expect(instance.output).toContain('Rollouts of prod: shop/checkout: abort')
  })

  it('reads one ref at rest, when its schedule says so', async () => {
    const served = await lateRollout()
    const { api } = await start(served.variables)
    await readsOneRefAtRest(served, () => api.invoke(SCHEDULED))
  })

  it('answers a gate by one ref, while the branch is where it was', async () => {
    const served = await lateRollout()
    await keepsWhatGatesHaveRead(served, (await start(served.variables)).ask)
  })

  it('fails its invocation when it could not look', async () => {
    const { variables, server } = await lateRollout()
    await server.close()
    const { api, instance } = await start(variables)
    const failed = await api.invoke(SCHEDULED).catch((error: unknown) => error)
    expect(inspect(failed)).toContain('Not looked at: prod')
    expect(instance.output).toContain('The rollouts of prod could not be looked at')
  })

  it('looks when a webhook says that something has happened, before it answers', async () => {
    const { release, variables } = await lateRollout()
    const { ask } = await start(variables)
    const answer = await ask('/webhooks/flux', fluxEvent('another-secret-that-is-long'))
    expect([answer.status, await answer.text()]).toEqual([202, expect.any(String)])
    expect((await release.record()).heldBack).toHaveLength(1)
  })

  it('commits the digest of an image that was pushed, before it answers', async () => {
    const following = await followedImage()
    await followsImages(following, (await start(following.variables)).ask)
  })

  it('finds an image that nobody has told of when its schedule says so', async () => {
    const { registry, text, variables } = await followedImage()
    const digest = registry.push('shop/web', 'main')
    const { api, instance } = await start(variables)
    await api.invoke(SCHEDULED)
    expect(text()).toContain(digest)
    expect(instance.output).toContain('r.example.com/shop/web in prod: committed')
  })

  it('tells those who listen what is new, and lets them come again', async () => {
    const { variables } = await lateRollout()
    const { ask } = await start(variables)
    const answer = await ask('/events', { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(await answer.text()).toMatch(/holds no connections[\s\S]*event: reset/)
  })

  it('does not start without its settings, and says all that are missing', async () => {
    const { api, instance } = await start({})
    const { errorMessage } = (await api.initError.promise) as { readonly errorMessage: string }
    expect(errorMessage).toContain('Nobody would be let in')
    expect(await instance.ended).toBe(1)
  })
})

describe('The bundle workers-rollouts in workerd, over smart HTTP', () => {
  const bundle = builtBundle('workersRollouts')

  async function start(variables: Readonly<Record<string, string>>): Promise<Ask> {
    const instance = startWorkerd({ file: bundle().file, variables })
    onTestFinished(() => instance.kill())
    const port = await instance.untilSaid(/"event":"listen".*"port":(\d+)/)
    return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)
  }

  it('serves rollouts', async () => {
    const served = await lateRollout()
    await servesRollouts(served, await start(served.variables))
  })

  it('reads one ref at rest, whoever asks for a tick', async () => {
    const served = await lateRollout()
    const ask = await start(served.variables)
    const headers = { authorization: `Bearer ${TOKEN}` }
    await readsOneRefAtRest(served, async () => {
      const { status } = await ask('/v1/rollouts/tick', { method: 'POST', headers })
      expect(status).toBe(200)
    })
  })

  it('answers a gate by one ref, while the branch is where it was', async () => {
    const served = await lateRollout()
    await keepsWhatGatesHaveRead(served, await start(served.variables))
  })

  it('commits the digest of an image that was pushed, before it answers', async () => {
    const following = await followedImage()
    await followsImages(following, await start(following.variables))
  })

  it('holds the connections of those who listen', async () => {
    const { release, variables } = await lateRollout()
    const ask = await start(variables)
    const answer = await ask('/events', { headers: { authorization: `Bearer ${TOKEN}` } })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += (await reader.read()).value ?? ''
    }
    await until(/event: reset/)
    await release.tick({ now: Date.now, live: undefined as never })
    await until(/event: rollouts[\s\S]*"action":"abort"/)
    await reader.cancel()
  })

  it('says in its log why it offers no rollouts, and to others that it does not', async () => {
    const ask = await start({})
    const answer = await ask('/v1/rollouts')
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NOT_READY' }])
  })
})

it('a Worker ticks when its cron trigger says so, and reads one ref at rest', async () => {
  const served = await lateRollout()
  const { release, variables } = served
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  await worker.scheduled({ cron: '* * * * *' }, variables)
  expect((await release.record()).heldBack).toHaveLength(1)
  expect(log.mock.calls.join()).toContain('Rollouts of prod: shop/checkout: abort')
  await readsOneRefAtRest(served, () => worker.scheduled({ cron: '* * * * *' }, variables))
})
