import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LeaseStore } from '../../../leases/lease-store.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { randomOf } from '../../leases/simulation/random.ts'
import { FaultyStore } from './faulty-store.ts'
import { type FunctionAnswer, FunctionCaller, functionOf, keptLog } from './function-caller.ts'

const LOCK = '/v1/locks/shop/ledger'
const hold = (id: string = randomUUID()) => `${LOCK}/holds/${id}`

describe('A store that loses the answer to a write', () => {
  let store: FaultyStore
  let alice: FunctionCaller
  beforeEach(() => {
    store = new FaultyStore(new MemoryLeaseStore())
    const limits = { requestMs: 100 }
    alice = new FunctionCaller(
      [functionOf({ store, limits }), functionOf({ store, limits })],
      'alice',
    )
  })
  const take = async () => {
    const path = hold()
    const { body } = await alice.call('PUT', path, { body: {} })
    return { path, handle: body.handle as string, token: body.token as string }
  }

  it.each([
    ['lost', 'OUTCOME_UNKNOWN'],
    ['silent', 'TOOK_TOO_LONG'],
  ] as const)('(%s) gives the same hold to whoever asks again', async (fault, code) => {
    store.faults.push(fault)
    const path = hold()
    const first = await alice.call('PUT', path, { body: {} })
    expect(first).toMatchObject({
      status: 504,
      body: { code, outcome: 'unknown', retryable: true },
    })
    expect(first.headers.get('retry-after')).toBe('1')
    const second = await alice.call('PUT', path, { body: {} })
    expect(second.status).toBe(200)
    const { body } = await alice.call('GET', LOCK)
    expect(body.holds).toMatchObject([{ token: second.body.token, holder: 'alice' }])
  })

  it.each(['lost', 'silent'] as const)('(%s) renews for whoever asks again', async (fault) => {
    const { path, handle, token } = await take()
    store.faults.push(fault)
    const first = await alice.call('POST', `${path}/renew`, { handle })
    expect(first).toMatchObject({ status: 504, body: { outcome: 'unknown' } })
    const second = await alice.call('POST', `${path}/renew`, { handle })
    expect(second).toMatchObject({ status: 200, body: { token } })
  })

  it.each(['lost', 'silent'] as const)('(%s) releases once, however often', async (fault) => {
    const { path, handle } = await take()
    store.faults.push(fault)
    expect((await alice.call('DELETE', path, { handle })).status).toBe(504)
    const { writes } = store
    expect((await alice.call('DELETE', path, { handle })).status).toBe(204)
    expect(store.writes).toBe(writes)
  })

  it('breaks once, however often', async () => {
    const { path } = await take()
    store.faults.push('lost')
    const request = { body: { reason: 'stuck' } }
    expect((await alice.call('POST', `${path}/break`, request)).status).toBe(504)
    expect((await alice.call('POST', `${path}/break`, request)).status).toBe(202)
    const { body } = await alice.call('GET', LOCK)
    expect(body.holds).toMatchObject([{ state: 'broken', brokenBy: { by: 'alice' } }])
  })

  it('begins and ends a run once, whichever answer is lost', async () => {
    const run = '/v1/runs/shop/ledger/nightly'
    const body = { hold: randomUUID() }
    // First that of the hold, then that of the record.
    for (const faults of [['lost'], [undefined, 'lost']]) {
      store.faults.push(...(faults as 'lost'[]))
      expect((await alice.call('PUT', run, { body })).status).toBe(504)
    }
    const begun = await alice.call('PUT', run, { body })
    expect(begun).toMatchObject({ status: 201, body: { run: { attempts: 1 } } })
    const { handle } = begun.body.hold
    const end = { status: 'succeeded', result: 'ok' }
    store.faults.push('lost')
    const unknown = await alice.call('PATCH', run, { body: end, handle })
    expect(unknown).toMatchObject({ status: 504, body: { outcome: 'unknown' } })
    store.faults.push('away')
    const done = await alice.call('PATCH', run, { body: end, handle })
    expect(done).toMatchObject({ status: 503, body: { outcome: 'done', retryable: true } })
    const ended = await alice.call('PATCH', run, { body: end, handle })
    expect(ended).toMatchObject({ status: 200, body: { run: { attempts: 1, result: 'ok' } } })
    expect((await alice.call('PUT', hold(), { body: {} })).status).toBe(201)
  })

  it('frees the lock of a run that failed, though giving it back was lost', async () => {
    const run = '/v1/runs/shop/ledger/nightly'
    const body = { hold: randomUUID() }
    const { handle } = (await alice.call('PUT', run, { body })).body.hold
    store.faults.push(undefined, 'away')
    const end = { status: 'failed', reason: 'no disk' }
    const done = await alice.call('PATCH', run, { body: end, handle })
    expect(done).toMatchObject({ status: 503, body: { outcome: 'done' } })
    const again = await alice.call('PUT', run, { body })
    expect(again).toMatchObject({ status: 200, body: { run: { status: 'failed', attempts: 1 } } })
    expect((await alice.call('PUT', hold(), { body: {} })).status).toBe(201)
  })

  it('keeps callers apart and gives each its turn, whichever answers are lost', async () => {
    const random = randomOf(20_261_126)
    store.draw = () => {
      const drawn = random()
      if (drawn < 0.2) return 'lost'
      return drawn < 0.3 ? 'away' : undefined
    }
    const inside: string[] = []
    const tokens: bigint[] = []
    const work = async (name: string) => {
      const caller = new FunctionCaller([functionOf({ store }), functionOf({ store })], name)
      for (let round = 0; round < 20; round++) {
        const path = hold()
        const granted = await insist(caller, 'PUT', path, { body: {} })
        expect([200, 201]).toContain(granted.status)
        const { handle, number } = granted.body
        inside.push(name)
        tokens.push(BigInt(number))
        const renewed = await insist(caller, 'POST', `${path}/renew`, { handle })
        expect([renewed.status, ...inside]).toEqual([200, name])
        inside.pop()
        expect((await insist(caller, 'DELETE', path, { handle })).status).toBe(204)
      }
    }
    await Promise.all(['alice', 'bob', 'carol'].map(work))
    expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => Number(a - b)))
    expect(tokens).toHaveLength(60)
  })

  it('says that nothing was done if only reading hangs', async () => {
    store.hangs = true
    const answer = await alice.call('PUT', hold(), { body: {} })
    expect(answer).toMatchObject({
      status: 504,
      body: { code: 'TOOK_TOO_LONG', outcome: 'none', retryable: true },
    })
    expect(store.hanging?.aborted).toBe(true)
  })

  it('keeps a request no longer than its caller is there', async () => {
    store.hangs = true
    const { entries, log } = keptLog()
    const app = functionOf({ store, log })
    const gone = new AbortController()
    const answer = app.request(hold(), {
      method: 'PUT',
      headers: { authorization: 'Bearer token-of-alice', 'content-type': 'application/json' },
      body: '{}',
      signal: gone.signal,
    })
    gone.abort()
    expect((await answer).status).toBe(499)
    expect(entries).toMatchObject([{ level: 'info', fields: { code: 'CALLER_GONE' } }])
  })

  it('does not tell what nobody expected, and logs it', async () => {
    const { entries, log } = keptLog()
    const broken: LeaseStore = Object.assign(new FaultyStore(new MemoryLeaseStore()), {
      read: () => Promise.reject(new TypeError('secret internals')),
    })
    const caller = new FunctionCaller([functionOf({ store: broken, log })], 'alice')
    const answer = await caller.call('PUT', hold(), { body: {} })
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL', retryable: false, outcome: 'none' },
    })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(entries[0]).toMatchObject({ level: 'error', fields: { error: 'secret internals' } })
    expect(entries[0]?.fields.requestId).toBe(answer.body.requestId)
  })
})

/** Asks again for as long as it is told that this may help. */
async function insist(
  caller: FunctionCaller,
  ...request: Parameters<FunctionCaller['call']>
): Promise<FunctionAnswer> {
  for (;;) {
    const answer = await caller.call(...request)
    if (answer.status < 300 || answer.body.retryable !== true) return answer
    await setImmediate()
  }
}
