import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
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
