import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  AuthenticationUnavailableError,
  type Authenticator,
} from '../../../functions/identity/authenticator.ts'
import {
  AuthorizationUnavailableError,
  type Authorizer,
  type LockAccess,
} from '../../../functions/identity/authorizer.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { WeakKeyError } from '../../../leases/seal.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'

const LOCK = '/v1/locks/shop/ledger'
const hold = (id: string = randomUUID()) => `${LOCK}/holds/${id}`
const store = new MemoryLeaseStore()
const alice = new FunctionCaller([functionOf({ store })], 'alice')

describe('A request that is not as it should be', () => {
  it.each([2, 0, -1, 86_401, 1e15])(
    'with a time to live of %d s is told the bounds',
    async (ttlSeconds) => {
      const { status, body } = await alice.call('PUT', hold(), { body: { ttlSeconds } })
      expect(status).toBe(422)
      expect(body).toMatchObject({
        code: 'TTL_OUT_OF_RANGE',
        retryable: false,
        outcome: 'none',
        leastSeconds: 3,
        mostSeconds: 86_400,
      })
    },
  )

  it('with parts of seconds is told that there are none', async () => {
    const { status, body } = await alice.call('PUT', hold(), { body: { ttlSeconds: 3.5 } })
    expect([status, body.code]).toEqual([422, 'TTL_OUT_OF_RANGE'])
  })

  it.each([
    ['ttlSeconds', { ttlSeconds: '30' }],
    ['ttlSeconds', { ttlSeconds: null }],
    ['slots', { slots: 0 }],
    ['slots', { slots: 101 }],
    ['waitSeconds', { waitSeconds: -1 }],
    ['minimumHoldSeconds', { minimumHoldSeconds: 0.5 }],
    ['metadata.a', { metadata: { a: 1 } }],
    ['metadata', { metadata: { a: 'x'.repeat(2048) } }],
    ['observation', { observation: 7 }],
    ['', { tll: 30 }],
    ['', []],
    ['', 'null'],
  ])('is told what is wrong with %s in %j', async (at, body) => {
    const answer = await alice.call('PUT', hold(), { body })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ in: 'body', at }] },
    })
  })

  it.each(['{', '', 'x'])('with %j for JSON is told so', async (body) => {
    const answer = await alice.call('PUT', hold(), { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  })

  it('without a body is told to send one', async () => {
    const answer = await alice.call('PUT', hold())
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
    expect(answer.body.detail).toContain('if only {}')
  })

  it('with another type is told which one to send', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await alice.call('PUT', hold(), { body: 'ttlSeconds=30', headers })
    expect(answer).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } })
  })

  it.each([
    ['namespace', '/v1/locks/Shop/ledger'],
    ['namespace', `/v1/locks/${'a'.repeat(64)}/ledger`],
    ['name', '/v1/locks/shop/Ledger'],
    ['name', '/v1/locks/shop/a..b'],
    ['name', '/v1/locks/shop/-a'],
    ['name', '/v1/locks/shop/a%2Fb'],
    ['name', '/v1/locks/shop/..%2f..%2fsecrets'],
    ['name', `/v1/locks/shop/${'a'.repeat(241)}`],
    ['name', '/v1/locks/shop/ledger.queue'],
    ['name', '/v1/locks/shop/ledger.runs'],
    ['name', '/v1/locks/shop/ledger.slot-2'],
    ['hold', `${LOCK}/holds/1/renew`],
    ['key', `/v1/runs/shop/ledger/${'k'.repeat(129)}`],
  ])('has no %s like that in %s', async (at, path) => {
    const method = at === 'hold' ? 'POST' : at === 'key' ? 'PUT' : 'GET'
    const headers = { 'content-type': 'application/json' }
    const body = at === 'key' ? { body: { hold: randomUUID() } } : {}
    const answer = await alice.call(method, path, { headers, ...body })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ in: 'path', at }] },
    })
  })

  it.each(['1', '30', '1m', '-1s', 'x'])('cannot wait for %s', async (wait) => {
    const answer = await alice.call('GET', `${LOCK}?wait=${wait}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'query', at: 'wait' }] } })
  })

  it('goes nowhere, or there by another method', async () => {
    expect(await alice.call('GET', '/v2')).toMatchObject({
      status: 404,
      body: { code: 'NO_SUCH_ROUTE' },
    })
    const answer = await alice.call('PATCH', LOCK)
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } })
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
  })

  it('is too large, whether it says so or not', async () => {
    const large = JSON.stringify({ metadata: { a: 'x'.repeat(20_000) } })
    const announced = await alice.call('PUT', hold(), { body: large })
    expect(announced).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(1024))),
    })
    const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
    const headers = { authorization: 'Bearer token-of-alice', 'content-type': 'application/json' }
    const endless = await functionOf({ store }).request(hold(), { ...init, headers })
    expect(endless.status).toBe(413)
  })

  it('has too many headers', async () => {
    const headers = { cookie: 'x'.repeat(16_384) }
    const answer = await alice.call('GET', LOCK, { headers })
    expect(answer).toMatchObject({ status: 431, body: { code: 'HEADERS_TOO_LARGE' } })
  })
})

it('a handle fits a header of any proxy, however much the hold says and the Lease remembers', async () => {
  const lock = '/v1/locks/shop/busy/holds'
  const metadata = { note: '"'.repeat(1000) }
  let handle = ''
  for (let round = 0; round < 20; round++) {
    const path = `${lock}/${randomUUID()}`
    const answer = await alice.call('PUT', path, { body: { metadata } })
    handle = answer.body.handle
    await alice.call('DELETE', path, { handle })
  }
  expect(handle.length).toBeLessThan(8 * 1024)
})

describe('Who asks', () => {
  const anonymous = (headers: Record<string, string>) =>
    functionOf({ store }).request(LOCK, { headers })

  it.each([
    {},
    { authorization: '' },
    { authorization: 'Basic YTpi' },
    { authorization: 'Bearer' },
  ])('has to say so in a token: %j', async (headers) => {
    const answer = await anonymous(headers)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false })
  })

  it('has to be known', async () => {
    const answer = await anonymous({ authorization: 'Bearer of-nobody' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect(await answer.text()).not.toContain('of-nobody')
  })

  it('is not told what others do by a path that is not valid', async () => {
    expect((await functionOf({ store }).request('/v1/locks/Shop/x')).status).toBe(401)
  })

  it('cannot be found out now, and is asked to come again', async () => {
    const authenticator: Authenticator = {
      authenticate: async () => {
        throw new AuthenticationUnavailableError({
          message: 'The issuer is away',
          retryable: true,
          retryAfterMs: 4_000,
        })
      },
    }
    const caller = new FunctionCaller([functionOf({ store, authenticator })], 'alice')
    const answer = await caller.call('GET', LOCK)
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'AUTHENTICATION_UNAVAILABLE', retryable: true, outcome: 'none' },
    })
    expect(answer.headers.get('retry-after')).toBe('4')
  })

  it('is not waited for without end', async () => {
    const authenticator: Authenticator = { authenticate: () => new Promise(() => {}) }
    const limits = { requestMs: 20 }
    const caller = new FunctionCaller([functionOf({ store, authenticator, limits })], 'alice')
    expect((await caller.call('GET', LOCK)).status).toBe(503)
  })
})

describe('What somebody may do', () => {
  const asked: LockAccess[] = []
  const nothing: Authorizer = {
    async allows(_, access) {
      asked.push(access)
      return false
    },
  }
  const caller = new FunctionCaller(
    [functionOf({ store, listing: store, authorizer: nothing })],
    'alice',
  )

  it.each([
    ['PUT', hold(), {}, 'hold', 'shop', 'ledger'],
    ['POST', `${hold()}/renew`, undefined, 'hold', 'shop', 'ledger'],
    ['DELETE', hold(), undefined, 'hold', 'shop', 'ledger'],
    ['POST', `${hold()}/break`, { reason: 'stuck' }, 'break', 'shop', 'ledger'],
    ['GET', LOCK, undefined, 'read', 'shop', 'ledger'],
    ['GET', '/v1/locks/shop', undefined, 'read', 'shop', '*'],
    ['GET', '/v1/locks', undefined, 'read', '*', '*'],
    ['PUT', '/v1/runs/shop/ledger/k', { hold: randomUUID() }, 'hold', 'shop', 'ledger'],
    ['PATCH', '/v1/runs/shop/ledger/k', { status: 'succeeded' }, 'hold', 'shop', 'ledger'],
  ])(
    'is asked before anything is done: %s %s',
    async (method, path, body, verb, namespace, name) => {
      const answer = await caller.call(method, path, { body, handle: 'x' })
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', outcome: 'none' } })
      expect(answer.body.detail).toContain(`Grant it the verb '${verb}'`)
      expect(asked.at(-1)).toEqual({ verb, namespace, name })
      expect(answer.headers.get('server-timing')).toContain('0 calls')
    },
  )

  it('cannot be found out now', async () => {
    const authorizer: Authorizer = {
      allows: async () => {
        throw new AuthorizationUnavailableError({ message: 'away', retryable: true })
      },
    }
    const answer = await new FunctionCaller([functionOf({ store, authorizer })], 'alice').call(
      'GET',
      LOCK,
    )
    expect(answer).toMatchObject({ status: 503, body: { code: 'AUTHORIZATION_UNAVAILABLE' } })
  })
})

it('takes no key that could be guessed', () => {
  expect(() => functionOf({ store, keys: [new Uint8Array(31)] })).toThrow(WeakKeyError)
})
