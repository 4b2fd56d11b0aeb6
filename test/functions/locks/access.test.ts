import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  AuthenticationUnavailableError,
  type Authenticator,
} from '../../../functions/identity/authenticator.ts'
import {
  AuthorizationUnavailableError,
  type Authorizer,
  type RequestedAccess,
} from '../../../functions/identity/authorizer.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { WeakKeyError } from '../../../leases/seal.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'

const LOCK = '/v1/locks/shop/ledger'
const hold = (id: string = randomUUID()) => `${LOCK}/holds/${id}`
const store = new MemoryLeaseStore()

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
  const asked: RequestedAccess[] = []
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
