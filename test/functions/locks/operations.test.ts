import { randomUUID } from 'node:crypto'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { PrometheusMetrics } from '../../../functions/http/prometheus-metrics.ts'
import { systemClock } from '../../../leases/clock.ts'
import { Locks } from '../../../leases/locks.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { RunRecords } from '../../../leases/run-records.ts'
import { FunctionCaller, functionOf, keptLog } from './function-caller.ts'

const LOCK = '/v1/locks/shop/ledger'
const hold = (id: string = randomUUID()) => `${LOCK}/holds/${id}`

describe('Each request', () => {
  it('has a log entry with what it was about, and no secret', async () => {
    const { entries, log } = keptLog()
    const caller = new FunctionCaller([functionOf({ store: new MemoryLeaseStore(), log })], 'alice')
    const id = randomUUID()
    const { body } = await caller.call('PUT', hold(id), { body: { metadata: { a: 'private' } } })
    const answer = await caller.call('POST', `${hold(id)}/renew`, {
      handle: body.handle,
      headers: { 'x-request-id': 'from-the-caller' },
    })
    expect(answer.headers.get('x-request-id')).toBe('from-the-caller')
    expect(entries[1]).toEqual({
      level: 'info',
      message: 'POST /v1/locks/{namespace}/{name}/holds/{hold}/renew 200',
      fields: {
        requestId: 'from-the-caller',
        method: 'POST',
        route: '/v1/locks/{namespace}/{name}/holds/{hold}/renew',
        status: 200,
        durationMs: expect.any(Number),
        subject: 'alice',
        namespace: 'shop',
        lock: 'ledger',
        hold: id,
        storeCalls: 1,
      },
    })
    const text = JSON.stringify(entries)
    for (const secret of ['token-of-alice', body.handle, answer.body.handle, 'private']) {
      expect(text).not.toContain(secret)
    }
  })

  it('has an id of its own where the caller’s cannot be one', async () => {
    const caller = new FunctionCaller([functionOf({ store: new MemoryLeaseStore() })], 'alice')
    const headers = { 'x-request-id': 'two words' }
    const answer = await caller.call('PUT', hold(), { body: { ttlSeconds: 1 }, headers })
    const id = answer.headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.body.requestId).toBe(id)
  })

  it('says in its log entry which problem it had', async () => {
    const { entries, log } = keptLog()
    const caller = new FunctionCaller([functionOf({ store: new MemoryLeaseStore(), log })], 'alice')
    await caller.call('PUT', hold(), { body: { ttlSeconds: 1 } })
    await caller.call('GET', '/v1/nowhere/secret?token=secret')
    await caller.call('PATCH', '/v1/locks/secret/secret?token=secret')
    expect(entries.map(({ fields }) => [fields.route, fields.code])).toEqual([
      ['/v1/locks/{namespace}/{name}/holds/{hold}', 'TTL_OUT_OF_RANGE'],
      ['none', 'NO_SUCH_ROUTE'],
      ['none', 'METHOD_NOT_ALLOWED'],
    ])
    expect(JSON.stringify(entries)).not.toContain('secret')
  })

  it('is counted, with the calls of the store', async () => {
    const metrics = new PrometheusMetrics({ registry: new Registry() })
    const app = functionOf({ store: new MemoryLeaseStore(), metrics })
    const caller = new FunctionCaller([app], 'alice')
    await caller.call('PUT', hold(), { body: {} })
    await caller.call('PUT', hold(), { body: {} })
    await caller.call('GET', '/v1/nowhere/at-all')
    const page = await caller.call('GET', '/metrics')
    expect(page.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const route = 'route="/v1/locks/{namespace}/{name}/holds/{hold}"'
    for (const line of [
      `lockstep_http_request_duration_seconds_count{method="PUT",${route},status="201"} 1`,
      `lockstep_http_request_duration_seconds_count{method="PUT",${route},status="423"} 1`,
      'lockstep_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
      `lockstep_http_problems_total{${route},code="LOCK_HELD"} 1`,
      'lockstep_store_call_duration_seconds_count{operation="read",outcome="done"} 2',
      'lockstep_store_call_duration_seconds_count{operation="replace",outcome="done"} 1',
    ]) {
      expect(page.body).toContain(line)
    }
  })

  it('is counted beside the process, if nobody gives a registry', async () => {
    const app = functionOf({ store: new MemoryLeaseStore(), metrics: new PrometheusMetrics() })
    expect(await (await app.request('/metrics')).text()).toContain('process_cpu_seconds_total')
  })
})

describe('Whoever runs it', () => {
  const get = (path: string, store = new MemoryLeaseStore()) => functionOf({ store }).request(path)

  it('sees that it lives, without a token', async () => {
    const answer = await get('/healthz')
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'alive' }])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('sees when it may get requests: once it knows the epoch of the store', async () => {
    expect((await get('/readyz')).status).toBe(200)
    const store = Object.assign(new MemoryLeaseStore(), {
      epoch: () => Promise.reject(new Error('kube-system cannot be read')),
    })
    const answer = await get('/readyz', store)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      code: 'NOT_READY',
      detail: expect.stringContaining('kube-system cannot be read'),
    })
  })

  it('is not kept waiting by a store that hangs', async () => {
    const store = Object.assign(new MemoryLeaseStore(), {
      epoch: () => new Promise<string>(() => {}),
    })
    const answer = await functionOf({ store, limits: { requestMs: 20 } }).request('/readyz')
    expect(answer.status).toBe(503)
  })

  it('finds no counts where none are kept', async () => {
    expect((await get('/metrics')).status).toBe(404)
  })
})

describe('Whoever looks around', () => {
  const store = new MemoryLeaseStore()
  const alice = new FunctionCaller([functionOf({ store, listing: store })], 'alice')

  it('finds the locks of a namespace, or of all', async () => {
    for (const lock of ['shop/ledger', 'shop/mail', 'bank/ledger']) {
      const path = `/v1/locks/${lock}/holds/${randomUUID()}`
      await alice.call('PUT', path, { body: {} })
    }
    const names = async (path: string) => {
      const { body } = await alice.call('GET', path)
      return body.locks.map(
        (lock: { namespace: string; name: string }) => `${lock.namespace}/${lock.name}`,
      )
    }
    expect(await names('/v1/locks/shop')).toEqual(['shop/ledger', 'shop/mail'])
    expect(await names('/v1/locks')).toEqual(['bank/ledger', 'shop/ledger', 'shop/mail'])
    expect(await names('/v1/locks/nowhere')).toEqual([])
  })

  it('finds what a command came to that ran once, which is text', async () => {
    const locks = new Locks({ store, holder: 'this host', namespace: 'shop' })
    const hold = await locks.acquire('nightly')
    const context = { store, clock: systemClock, random: Math.random }
    const records = new RunRecords(context, { namespace: 'shop', name: 'nightly' })
    await records.begin('today', hold.token)
    await records.end('today', hold.token, { status: 'succeeded', result: '3 rows, all well' })
    await hold.release()
    const { body } = await alice.call('GET', '/v1/locks/shop/nightly')
    expect(body.runs).toMatchObject([{ key: 'today', result: '3 rows, all well' }])
  })

  it('is told where nothing can be listed', async () => {
    const caller = new FunctionCaller([functionOf({ store })], 'alice')
    const answer = await caller.call('GET', '/v1/locks/shop')
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_LISTED' } })
  })
})
