import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { FunctionCaller, functionOf, KEY, ShiftedClock } from './function-caller.ts'

const OTHER_KEY = new Uint8Array(32).fill(8)
const LOCK = '/v1/locks/shop/ledger'
const hold = (id: string = randomUUID()) => `${LOCK}/holds/${id}`

describe('A holder that died', () => {
  const here = new ShiftedClock()
  const there = new ShiftedClock()
  let store: MemoryLeaseStore
  let alice: FunctionCaller
  let bob: FunctionCaller
  beforeEach(() => {
    here.offsetMs = 0
    there.offsetMs = 0
    store = new MemoryLeaseStore({ now: there.clock.wallMs })
    const instances = [1, 2].map(() => functionOf({ store, clock: here.clock }))
    alice = new FunctionCaller(instances, 'alice')
    bob = new FunctionCaller(instances, 'bob')
  })
  const pass = (ms: number) => {
    here.offsetMs += ms
    there.offsetMs += ms
  }
  const die = async () => {
    const path = hold()
    const answer = await alice.call('PUT', path, { body: { ttlSeconds: 10 } })
    return { path, handle: answer.body.handle, number: BigInt(answer.body.number) }
  }
  const ask = (path: string, observation?: string, body: object = {}) =>
    bob.call('PUT', path, { body: { ...body, ...(observation !== undefined && { observation }) } })

  it('is followed by whoever brings the observation back in time, with a larger token', async () => {
    const { path, handle, number } = await die()
    const mine = hold()
    const first = await ask(mine)
    expect(first.headers.get('retry-after')).toBe('16')
    pass(15_000)
    const early = await ask(mine, first.body.observation)
    expect(early).toMatchObject({ status: 423, body: { observation: first.body.observation } })
    expect(early.headers.get('retry-after')).toBe('1')
    pass(1_000)
    const taken = await ask(mine, early.body.observation)
    expect(taken.status).toBe(201)
    expect(BigInt(taken.body.number)).toBeGreaterThan(number)
    const late = await alice.call('POST', `${path}/renew`, { handle })
    expect(late).toMatchObject({ status: 410, body: { code: 'HOLD_LOST', how: 'expired' } })
    expect((await alice.call('DELETE', path, { handle })).status).toBe(410)
    expect((await alice.call('DELETE', path)).status).toBe(410)
    expect((await alice.call('PUT', path, { body: { ttlSeconds: 10 } })).status).toBe(410)
  })

  it('is never followed by whoever brings nothing', async () => {
    await die()
    const mine = hold()
    for (let round = 0; round < 3; round++) {
      expect((await ask(mine)).status).toBe(423)
      pass(60_000)
    }
  })

  it('that renewed meanwhile is not dead', async () => {
    const { path, handle } = await die()
    const mine = hold()
    const { body } = await ask(mine)
    pass(10_000)
    await alice.call('POST', `${path}/renew`, { handle })
    pass(10_000)
    const answer = await ask(mine, body.observation)
    expect(answer.status).toBe(423)
    expect(answer.headers.get('retry-after')).toBe('16')
  })

  it('is not followed while the clocks disagree', async () => {
    await die()
    const mine = hold()
    const first = await ask(mine)
    here.offsetMs += 60_000
    for (const extra of [{}, { waitSeconds: 5 }]) {
      const answer = await ask(mine, first.body.observation, extra)
      expect(answer).toMatchObject({
        status: 423,
        body: { code: 'CLOCK_DISAGREEMENT', retryable: true, holders: ['alice'] },
      })
      expect(answer.body.disagreementMs).toBeGreaterThan(50_000)
      expect(answer.body.observation).not.toBe(first.body.observation)
    }
  })

  it('is followed in line, too', async () => {
    await die()
    const mine = hold()
    const first = await ask(mine, undefined, { waitSeconds: 0 })
    expect(first.status).toBe(202)
    pass(16_000)
    expect((await ask(mine, first.body.observation, { waitSeconds: 0 })).status).toBe(201)
  })

  it('is followed in a lock of as many slots as there can be', async () => {
    const body = { ttlSeconds: 10, slots: 100 }
    for (let slot = 0; slot < body.slots; slot++)
      expect((await alice.call('PUT', hold(), { body })).status).toBe(201)
    const mine = hold()
    const first = await ask(mine, undefined, body)
    expect(first.status).toBe(423)
    pass(16_000)
    expect((await ask(mine, first.body.observation, body)).status).toBe(201)
  })

  it('is not followed by an observation of another lock, or one that was not made here', async () => {
    await die()
    await alice.call('PUT', `/v1/locks/shop/other/holds/${randomUUID()}`, {
      body: { ttlSeconds: 10 },
    })
    const elsewhere = await bob.call('PUT', `/v1/locks/shop/other/holds/${randomUUID()}`, {
      body: {},
    })
    pass(60_000)
    expect((await ask(hold(), elsewhere.body.observation)).status).toBe(423)
    const forged = await ask(hold(), `${elsewhere.body.observation}x`)
    expect(forged).toMatchObject({ status: 422, body: { code: 'BROKEN_OBSERVATION' } })
  })

  it('and one that carries a handle signed by the last key still renews', async () => {
    const { path, handle } = await die()
    const rotated = functionOf({ store, keys: [OTHER_KEY, KEY] })
    const renewed = await new FunctionCaller([rotated], 'alice').call('POST', `${path}/renew`, {
      handle,
    })
    expect(renewed.status).toBe(200)
    const foreign = functionOf({ store, keys: [OTHER_KEY] })
    const refused = await new FunctionCaller([foreign], 'alice').call('POST', `${path}/renew`, {
      handle,
    })
    expect(refused.status).toBe(412)
  })

  it('leaves its run to whoever comes after it', async () => {
    const run = '/v1/runs/shop/ledger/nightly'
    const begin = (caller: FunctionCaller, id: string, observation?: string) =>
      caller.call('PUT', run, {
        body: { hold: id, ttlSeconds: 10, ...(observation !== undefined && { observation }) },
      })
    const first = await begin(alice, randomUUID())
    const mine = randomUUID()
    const elsewhere = await begin(bob, mine)
    expect(elsewhere.status).toBe(202)
    pass(16_000)
    const taken = await begin(bob, mine, elsewhere.body.observation)
    expect(taken).toMatchObject({ status: 201, body: { run: { attempts: 2 } } })
    const late = await alice.call('PATCH', run, {
      body: { status: 'succeeded' },
      handle: first.body.hold.handle,
    })
    expect(late.status).toBe(410)
  })
})
