import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ContractWorld } from './contract-world.ts'
import type { FunctionAnswer } from './function-caller.ts'

/** Holds: acquired, asked for again, renewed and released. */
export function describeHolds(world: () => ContractWorld): void {
  it('gives a free lock, and says what its holder may believe', async () => {
    const { alice, hold } = world()
    const id = randomUUID()
    const { status, headers, body } = await alice.call('PUT', hold(id), {
      body: { ttlSeconds: 20 },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id,
      holder: 'alice',
      ttlSeconds: 20,
      validForMs: 18_000,
      renewAfterMs: 20_000 / 3,
      token: `${body.epoch}:${body.number}`,
      number: expect.stringMatching(/^[1-9]\d*$/),
    })
    expect(headers.get('etag')).toMatch(/^"\d+"$/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('server-timing')).toMatch(/^store;dur=[\d.]+;desc="2 calls"$/)
  })

  it('answers a repeated request with the same hold', async () => {
    const { alice, bob, hold, acquire } = world()
    const { path, answer } = await acquire(alice)
    const again = await alice.call('PUT', path, { body: {} })
    expect(again.status).toBe(200)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body.token).toBe(answer.body.token)
    expect((await bob.call('PUT', hold(), { body: {} })).status).toBe(423)
  })

  it.each([1, 3])(
    'gives one hold to one id that asks twice at once, of %d slots',
    async (slots) => {
      const { alice, bob, lock, hold } = world()
      const path = hold()
      const answers = await Promise.all(
        [1, 2, 3, 4].map(() => alice.call('PUT', path, { body: { slots } })),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
      expect(new Set(answers.map(({ body }) => body.token)).size).toBe(1)
      const { body } = await bob.call('GET', `${lock}?slots=${slots}`)
      expect(body.holds).toHaveLength(1)
    },
  )

  it('knows a hold by its id in large letters too', async () => {
    const { alice, hold } = world()
    const id = randomUUID()
    expect((await alice.call('PUT', hold(id), { body: {} })).status).toBe(201)
    expect((await alice.call('PUT', hold(id.toUpperCase()), { body: {} })).status).toBe(200)
  })

  it('refuses a repeated request with other parameters', async () => {
    const { alice, acquire } = world()
    const { path } = await acquire(alice, { metadata: { b: '1', a: '2' } })
    const same = { metadata: { a: '2', b: '1' } }
    expect((await alice.call('PUT', path, { body: same })).status).toBe(200)
    for (const [word, other] of [
      ['ttlSeconds', { ...same, ttlSeconds: 60 }],
      ['minimumHoldSeconds', { ...same, minimumHoldSeconds: 5 }],
      ['metadata', { metadata: { a: '3' } }],
      ['one slot', { ...same, slots: 2 }],
    ] as const) {
      const { status, body } = await alice.call('PUT', path, { body: other })
      expect(status, word).toBe(409)
      expect(body).toMatchObject({ code: 'PARAMETERS_CONFLICT', retryable: false })
      expect(body.detail).toContain(word)
    }
  })

  it.each([
    [3, 1],
    [3, 2],
    [1, 3],
  ])('gives no second hold to whoever says %d slots first, then %d', async (slots, other) => {
    const { alice, bob, lock, hold } = world()
    // Its slot is not the first one, where there are several.
    const path = hold(`00000001${randomUUID().slice(8)}`)
    const got = await alice.call('PUT', path, { body: { slots } })
    expect(got.status).toBe(201)
    const refused = { status: 409, body: { code: 'PARAMETERS_CONFLICT', before: { slots } } }
    expect(await alice.call('PUT', path, { body: { slots: other } })).toMatchObject(refused)
    expect(await bob.call('PUT', hold(), { body: { slots: other } })).toMatchObject(refused)
    const { body } = await bob.call('GET', `${lock}?slots=3`)
    expect(body.holds.map(({ lease }: { lease: string }) => lease)).toEqual([got.body.lease])
    expect((await alice.call('PUT', path, { body: { slots } })).status).toBe(200)
    expect((await alice.call('DELETE', path, { handle: got.body.handle })).status).toBe(204)
    expect(await bob.call('PUT', hold(), { body: { slots: other } })).toMatchObject(refused)
    expect((await bob.call('PUT', hold(), { body: { slots } })).status).toBe(201)
  })

  it('says who has a lock that is held, and what to bring back when', async () => {
    const { alice, bob, hold, acquire } = world()
    await acquire(bob)
    const { status, headers, body } = await alice.call('PUT', hold(), { body: {} })
    expect(status).toBe(423)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({
      code: 'LOCK_HELD',
      retryable: true,
      outcome: 'none',
      holders: ['bob'],
      observation: expect.any(String),
    })
    // The term, a second for clocks of whole seconds, and five between servers.
    expect(Number(headers.get('retry-after'))).toBe(36)
  })

  it('renews by one write, from what the caller carries', async () => {
    const { alice, acquire } = world()
    const { path, handle, answer } = await acquire(alice)
    const { status, headers, body } = await alice.call('POST', `${path}/renew`, { handle })
    expect(status).toBe(200)
    expect(headers.get('server-timing')).toContain('desc="1 call"')
    expect(body.token).toBe(answer.body.token)
    expect(headers.get('etag')).not.toBe(answer.headers.get('etag'))
    const next = await alice.call('POST', `${path}/renew`, { handle: body.handle })
    expect(next.status).toBe(200)
  })

  it('renews for whoever lost the last answer', async () => {
    const { alice, acquire } = world()
    const { path, handle } = await acquire(alice)
    await alice.call('POST', `${path}/renew`, { handle })
    expect((await alice.call('POST', `${path}/renew`, { handle })).status).toBe(200)
  })

  it('gives a new handle to whoever lost theirs, and wants one', async () => {
    const { alice, acquire } = world()
    const { path } = await acquire(alice)
    const without = await alice.call('POST', `${path}/renew`)
    expect(without.status).toBe(428)
    expect(without.body.code).toBe('HANDLE_REQUIRED')
    const { body } = await alice.call('PUT', path, { body: {} })
    const renewed = await alice.call('POST', `${path}/renew`, { handle: body.handle })
    expect(renewed.status).toBe(200)
  })

  it('refuses handles of other holds, and forged ones', async () => {
    const { alice, hold, acquire } = world()
    const { path, handle } = await acquire(alice)
    const elsewhere = await alice.call('POST', `${hold()}/renew`, { handle })
    expect(elsewhere).toMatchObject({ status: 412, body: { code: 'STALE_HANDLE' } })
    const [head, , signature] = handle.split('.')
    const forged = Buffer.from(JSON.stringify({ id: 'x' })).toString('base64url')
    for (const wrong of ['x', `${head}.${forged}.${signature}`, `${handle}x`]) {
      const { status, body } = await alice.call('POST', `${path}/renew`, { handle: wrong })
      expect([status, body.code, body.outcome]).toEqual([412, 'STALE_HANDLE', 'none'])
    }
    const deleted = await alice.call('DELETE', path, { handle: 'x' })
    expect(deleted.status).toBe(412)
  })

  it('lets nobody use the hold of somebody else', async () => {
    const { alice, bob, acquire } = world()
    const { path, handle } = await acquire(alice)
    const answers = [
      await bob.call('PUT', path, { body: {} }),
      await bob.call('POST', `${path}/renew`, { handle }),
      await bob.call('DELETE', path, { handle }),
      await bob.call('DELETE', path),
    ]
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([403, 'NOT_YOUR_HOLD'])
      expect(body.detail).toContain("needs the verb 'break'")
    }
    expect((await alice.call('POST', `${path}/renew`, { handle })).status).toBe(200)
  })

  it('releases by one write, and again and again', async () => {
    const { alice, bob, acquire } = world()
    const { path, handle } = await acquire(alice)
    const released = await alice.call('DELETE', path, { handle })
    expect(released.status).toBe(204)
    expect(released.headers.get('server-timing')).toContain('desc="1 call"')
    expect((await alice.call('DELETE', path, { handle })).status).toBe(204)
    expect((await alice.call('DELETE', path)).status).toBe(204)
    const late = await alice.call('PUT', path, { body: {} })
    expect(late).toMatchObject({ status: 410, body: { code: 'HOLD_LOST', how: 'released' } })
    await acquire(bob)
  })

  it('releases without the handle too, and what nobody holds', async () => {
    const { alice, bob, hold, acquire } = world()
    const { path } = await acquire(alice)
    expect((await alice.call('DELETE', path)).status).toBe(204)
    await acquire(bob)
    expect((await alice.call('DELETE', hold())).status).toBe(204)
  })

  it('gives a later hold a larger token', async () => {
    const { alice, bob, acquire } = world()
    const numbers: bigint[] = []
    for (const caller of [alice, bob, alice]) {
      const { path, handle, answer } = await acquire(caller)
      numbers.push(BigInt(answer.body.number))
      await caller.call('DELETE', path, { handle })
    }
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a - b)))
  })

  it('lets several hold at once', async () => {
    const { alice, bob, lock, hold } = world()
    const body = { slots: 3 }
    const answers: FunctionAnswer[] = []
    for (let index = 0; index < 4; index++) {
      answers.push(await alice.call('PUT', hold(), { body }))
    }
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 423])
    const held = answers.slice(0, 3).map((answer) => answer.body)
    expect(new Set(held.map(({ lease }) => lease)).size).toBe(3)
    for (const { id, handle } of held) {
      const renewed = await alice.call('POST', `${hold(id)}/renew`, { handle })
      expect(renewed).toMatchObject({ status: 200 })
    }
    expect((await alice.call('DELETE', `${hold(held[1].id)}?slots=3`)).status).toBe(204)
    const path = `${hold(held[2].id)}/break`
    const broken = await bob.call('POST', path, { body: { reason: 'r', slots: 3 } })
    expect(broken.status).toBe(202)
    expect((await bob.call('PUT', hold(), { body })).status).toBe(201)
    const { body: shown } = await bob.call('GET', `${lock}?slots=3`)
    expect(shown.holds.map(({ state }: { state: string }) => state).sort()).toEqual([
      'broken',
      'held',
      'held',
    ])
  })
}
