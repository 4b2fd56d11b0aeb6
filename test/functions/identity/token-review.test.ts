import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TokenReviews } from '../../../functions/identity/token-review.ts'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import type { KubernetesTransport } from '../../../kubernetes/transport.ts'
import { type ConnectedClient, connect } from '../../control-plane/connected-client.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { tokenOf } from '../../control-plane/service-account.ts'
import { connectToSharedCluster } from '../../control-plane/shared-cluster-client.ts'
import { answered, refusal } from '../../kubernetes/canned-answers.ts'
import { describeAuthenticator } from './authenticator-contract.ts'
import { CountingTransport } from './counting-transport.ts'
import { applyReviewer, removeReviewer } from './reviewer.ts'

const AUDIENCE = 'lockstep-locks'
const signal = (): AbortSignal => AbortSignal.timeout(20_000)

describeWithCluster('TokenReviews of a real API server', (cluster) => {
  let namespace: string
  let uid: string
  let reviewer: ConnectedClient
  let stranger: ConnectedClient

  beforeAll(async () => {
    namespace = await cluster.namespace()
    const account = { apiVersion: 'v1', kind: 'ServiceAccount' }
    const reference = { ...account, metadata: { name: 'reindex', namespace } }
    await cluster.apply([reference])
    const reindex = await cluster.get(reference)
    uid = reindex!.metadata.uid as string
    await applyReviewer(cluster, 'tokenreviews')
    const admin = await connectToSharedCluster()
    reviewer = connect({ ...admin, token: await tokenOf(cluster, 'reviewer') })
    stranger = connect({ ...admin, token: await tokenOf(cluster, 'reindex') })
  })
  afterAll(async () => {
    for (const { transport } of [reviewer, stranger]) transport.close()
    await removeReviewer(cluster)
  })

  const tokenFor = (...audiences: readonly string[]) => tokenOf(cluster, 'reindex', { audiences })
  const open = () => new TokenReviews({ client: reviewer.client, audience: AUDIENCE })
  const identity = () => ({
    name: `system:serviceaccount:${namespace}:reindex`,
    uid,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
    extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    proof: 'token review',
  })

  describeAuthenticator({
    name: 'TokenReviews with the least rights',
    open,
    good: async () => ({ token: await tokenFor(AUDIENCE), identity: identity() }),
    wrong: {
      'that nobody signed': async () => tokenOfNobody({ sub: identity().name }),
      'that is for the API server': () => tokenOf(cluster, 'reindex'),
      'for somebody else': () => tokenFor('vault'),
      'of the admin, which has no audience': async () => (await connectToSharedCluster()).token!,
    },
    cutOff: () => new TokenReviews({ client: disconnected(), audience: AUDIENCE }),
  })

  it('takes a token that is for others as well', async () => {
    const token = await tokenFor('vault', AUDIENCE)
    expect(await open().authenticate(token, signal())).toEqual(identity())
  })

  it('asks once for a while, and then again', async () => {
    let nowMs = 0
    const counting = new CountingTransport(reviewer.transport)
    const reviews = new TokenReviews({
      client: new KubernetesClient({ transport: counting }),
      audience: AUDIENCE,
      cacheMs: 30_000,
      clock: { monotonicMs: () => nowMs, wallMs: () => Date.now() },
    })
    const token = await tokenFor(AUDIENCE)
    for (const [passedMs, calls] of [
      [0, 1],
      [29_999, 1],
      [30_000, 2],
    ] as const) {
      nowMs = passedMs
      expect(await reviews.authenticate(token, signal())).toEqual(identity())
      expect(counting.calls).toBe(calls)
    }
  })

  it('says which right it lacks', async () => {
    const reviews = new TokenReviews({ client: stranger.client, audience: AUDIENCE })
    const error = await reviews.authenticate(await tokenFor(AUDIENCE), signal()).catch((e) => e)
    expect(error).toMatchObject({ code: 'AUTHENTICATION_UNAVAILABLE', retryable: false })
    expect(error.message).toMatch(/cannot create resource "tokenreviews".*Grant it by RBAC/)
  })
})

describe('TokenReviews', () => {
  const token = tokenOfNobody({ exp: 1_000 })
  const good = {
    kind: 'TokenReview',
    status: { authenticated: true, audiences: [AUDIENCE], user: { username: 'somebody' } },
  }
  const answering = (body: unknown, status = 201) =>
    new TokenReviews({ client: answered({ status, body }), audience: AUDIENCE })

  it('takes nothing from a server that does not look at audiences', async () => {
    const { audiences: _, ...status } = good.status
    const reviews = answering({ ...good, status })
    expect(await reviews.authenticate(token, signal())).toBeUndefined()
  })

  it('shows nobody a token that does not say that it is for us', async () => {
    const counting = new CountingTransport(transportOf(good))
    const client = new KubernetesClient({ transport: counting })
    const reviews = new TokenReviews({ client, audience: AUDIENCE })
    for (const aud of [undefined, [], ['vault'], `${AUDIENCE}-2`, AUDIENCE.slice(1)]) {
      expect(await reviews.authenticate(tokenOfNobody({ aud }), signal())).toBeUndefined()
    }
    expect(counting.calls).toBe(0)
    expect(await reviews.authenticate(tokenOfNobody({ aud: AUDIENCE }), signal())).toBeDefined()
  })

  it('remembers no token beyond its expiry', async () => {
    let wallMs = 990_000
    let nowMs = 0
    const counting = new CountingTransport(transportOf(good))
    const reviews = new TokenReviews({
      client: new KubernetesClient({ transport: counting }),
      audience: AUDIENCE,
      clock: { monotonicMs: () => nowMs, wallMs: () => wallMs },
    })
    await reviews.authenticate(token, signal())
    for (const [passedMs, calls] of [
      [9_999, 1],
      [10_000, 2],
    ] as const) {
      nowMs = passedMs
      wallMs = 990_000 + passedMs
      await reviews.authenticate(token, signal())
      expect(counting.calls).toBe(calls)
    }
    // It has expired by our clock: each time is asked anew.
    await reviews.authenticate(token, signal())
    expect(counting.calls).toBe(3)
  })

  it('remembers no more tokens than it should', async () => {
    const counting = new CountingTransport(transportOf(good))
    const client = new KubernetesClient({ transport: counting })
    const reviews = new TokenReviews({ client, audience: AUDIENCE })
    for (let jti = 0; jti <= 10_000; jti++) {
      await reviews.authenticate(tokenOfNobody({ jti }), signal())
    }
    await reviews.authenticate(tokenOfNobody({ jti: 10_000 }), signal())
    expect(counting.calls).toBe(10_001)
    await reviews.authenticate(tokenOfNobody({ jti: 0 }), signal())
    expect(counting.calls).toBe(10_002)
  })

  it.each([
    ['is busy', refusal(429, 'TooManyRequests', 'later'), 429, true],
    ['fails', refusal(500, 'InternalError', 'etcd'), 500, true],
    ['does not know us', refusal(401, 'Unauthorized', 'Unauthorized'), 401, false],
    ['is a page', '<html>', 200, false],
    ['is something else', { kind: 'Other' }, 200, false],
    ['says nothing', { kind: 'TokenReview' }, 201, false],
  ])('cannot tell while the API server %s, and asks again', async (_, body, status, retryable) => {
    let answer: { readonly status: number; readonly body: unknown } = { status, body }
    const transport: KubernetesTransport = {
      open: (request) => transportOf(answer.body, answer.status).open(request),
    }
    const client = new KubernetesClient({ transport })
    const reviews = new TokenReviews({ client, audience: AUDIENCE })
    await expect(reviews.authenticate(token, signal())).rejects.toMatchObject({
      code: 'AUTHENTICATION_UNAVAILABLE',
      retryable,
    })
    answer = { status: 201, body: good }
    expect(await reviews.authenticate(token, signal())).toEqual({
      name: 'somebody',
      groups: [],
      proof: 'token review',
    })
  })

  it('passes on how long to wait', async () => {
    const client = answered({
      status: 429,
      body: refusal(429, 'TooManyRequests', 'later'),
      headers: { 'retry-after': '7' },
    })
    const reviews = new TokenReviews({ client, audience: AUDIENCE })
    await expect(reviews.authenticate(token, signal())).rejects.toMatchObject({
      retryAfterMs: 7_000,
    })
  })
})

function disconnected(): KubernetesClient {
  const transport: KubernetesTransport = {
    async open() {
      throw new Error('no route to host')
    },
  }
  return new KubernetesClient({ transport })
}

function transportOf(body: unknown, status = 201): KubernetesTransport {
  const isText = typeof body === 'string'
  return {
    open: async () => ({
      status,
      headers: new Headers({ 'content-type': isText ? 'text/html' : 'application/json' }),
      body: (async function* () {
        yield new TextEncoder().encode(isText ? body : JSON.stringify(body))
      })(),
    }),
  }
}

/** One that says that it is for us, and that no API server has made. */
function tokenOfNobody(claims: object): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part({ aud: [AUDIENCE], ...claims })}.c2ln`
}
