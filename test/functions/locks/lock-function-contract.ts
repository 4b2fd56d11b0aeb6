import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseStore } from '../../../leases/lease-store.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { type FunctionAnswer, FunctionCaller, functionOf } from './function-caller.ts'

export interface LockFunctionContractProps {
  readonly name: string
  /** The same store each time, as two instances would open it. */
  readonly open: () => LeaseStore
  /** A lock with three slots, or with as many as its user says, that nobody has held. */
  readonly declare: () => Promise<LeaseName>
}

/**
 * What the function does on every store. Each request of a caller goes to another one of two instances,
 * which share the store and the key, and nothing else.
 */
export function describeLockFunction({ name, open, declare }: LockFunctionContractProps): void {
  describe(`The lock function on ${name}`, () => {
    let alice: FunctionCaller
    let bob: FunctionCaller
    let lock: string
    let runs: string
    beforeEach(async () => {
      const instances = [functionOf({ store: open() }), functionOf({ store: open() })]
      alice = new FunctionCaller(instances, 'alice')
      bob = new FunctionCaller(instances, 'bob')
      const { namespace, name } = await declare()
      lock = `/v1/locks/${namespace}/${name}`
      runs = `/v1/runs/${namespace}/${name}`
    })
    const hold = (id: string = randomUUID()) => `${lock}/holds/${id}`
    const acquire = async (caller: FunctionCaller, body: object = {}) => {
      const path = hold()
      const answer = await caller.call('PUT', path, { body })
      expect(answer).toMatchObject({ status: 201 })
      return { path, answer, handle: answer.body.handle as string }
    }

    it('gives a free lock, and says what its holder may believe', async () => {
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
      const id = randomUUID()
      expect((await alice.call('PUT', hold(id), { body: {} })).status).toBe(201)
      expect((await alice.call('PUT', hold(id.toUpperCase()), { body: {} })).status).toBe(200)
    })

    it('refuses a repeated request with other parameters', async () => {
      const { path } = await acquire(alice, { metadata: { b: '1', a: '2' } })
      const same = { metadata: { a: '2', b: '1' } }
      expect((await alice.call('PUT', path, { body: same })).status).toBe(200)
      for (const [word, other] of [
        ['ttlSeconds', { ...same, ttlSeconds: 60 }],
        ['minimumHoldSeconds', { ...same, minimumHoldSeconds: 5 }],
        ['metadata', { metadata: { a: '3' } }],
        ['2 slots', { ...same, slots: 2 }],
      ] as const) {
        const { status, body } = await alice.call('PUT', path, { body: other })
        expect(status, word).toBe(409)
        expect(body).toMatchObject({ code: 'PARAMETERS_CONFLICT', retryable: false })
        expect(body.detail).toContain(word.replace('2 slots', '1 slots'))
      }
    })

    it('says who has a lock that is held, and what to bring back when', async () => {
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
      const { path, handle, answer } = await acquire(alice)
      const { status, headers, body } = await alice.call('POST', `${path}/renew`, { handle })
      expect(status).toBe(200)
      expect(headers.get('server-timing')).toContain('desc="1 calls"')
      expect(body.token).toBe(answer.body.token)
      expect(headers.get('etag')).not.toBe(answer.headers.get('etag'))
      const next = await alice.call('POST', `${path}/renew`, { handle: body.handle })
      expect(next.status).toBe(200)
    })

    it('renews for whoever lost the last answer', async () => {
      const { path, handle } = await acquire(alice)
      await alice.call('POST', `${path}/renew`, { handle })
      expect((await alice.call('POST', `${path}/renew`, { handle })).status).toBe(200)
    })

    it('gives a new handle to whoever lost theirs, and wants one', async () => {
      const { path } = await acquire(alice)
      const without = await alice.call('POST', `${path}/renew`)
      expect(without.status).toBe(428)
      expect(without.body.code).toBe('HANDLE_REQUIRED')
      const { body } = await alice.call('PUT', path, { body: {} })
      const renewed = await alice.call('POST', `${path}/renew`, { handle: body.handle })
      expect(renewed.status).toBe(200)
    })

    it('refuses handles of other holds, and forged ones', async () => {
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
      const { path, handle } = await acquire(alice)
      const released = await alice.call('DELETE', path, { handle })
      expect(released.status).toBe(204)
      expect(released.headers.get('server-timing')).toContain('desc="1 calls"')
      expect((await alice.call('DELETE', path, { handle })).status).toBe(204)
      expect((await alice.call('DELETE', path)).status).toBe(204)
      const late = await alice.call('PUT', path, { body: {} })
      expect(late).toMatchObject({ status: 410, body: { code: 'HOLD_LOST', how: 'released' } })
      await acquire(bob)
    })

    it('releases without the handle too, and what nobody holds', async () => {
      const { path } = await acquire(alice)
      expect((await alice.call('DELETE', path)).status).toBe(204)
      await acquire(bob)
      expect((await alice.call('DELETE', hold())).status).toBe(204)
    })

    it('gives a later hold a larger token', async () => {
      const numbers: bigint[] = []
      for (const caller of [alice, bob, alice]) {
        const { path, handle, answer } = await acquire(caller)
        numbers.push(BigInt(answer.body.number))
        await caller.call('DELETE', path, { handle })
      }
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a - b)))
    })

    it('ends a hold for a reason, and tells its holder to stop', async () => {
      const { path, handle } = await acquire(alice)
      const without = await bob.call('POST', `${path}/break`, { body: { reason: ' ' } })
      expect(without).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
      const broken = { reason: 'stuck', atOnce: true }
      const answer = await bob.call('POST', `${path}/break`, { body: broken })
      expect(answer).toMatchObject({ status: 202, body: { by: 'bob', reason: 'stuck' } })
      const renewed = await alice.call('POST', `${path}/renew`, { handle })
      expect(renewed).toMatchObject({ status: 410, body: { code: 'HOLD_LOST', how: 'broken' } })
      for (const given of [{ handle }, {}]) {
        expect((await alice.call('DELETE', path, given)).status).toBe(410)
      }
      await acquire(bob)
    })

    it('leaves a broken hold in place until its time is over', async () => {
      const { path, handle } = await acquire(alice)
      const body = { reason: 'stuck' }
      expect((await bob.call('POST', `${path}/break`, { body })).status).toBe(202)
      expect((await bob.call('POST', `${path}/break`, { body })).status).toBe(202)
      expect((await bob.call('PUT', hold(), { body: {} })).status).toBe(423)
      const { body: problem, status } = await alice.call('POST', `${path}/renew`, { handle })
      expect(status).toBe(410)
      expect(problem.detail).toContain('stuck')
      expect((await alice.call('PUT', path, { body: {} })).status).toBe(410)
    })

    it('breaks no hold but the one that is meant', async () => {
      await acquire(alice)
      const answer = await bob.call('POST', `${hold()}/break`, { body: { reason: 'stuck' } })
      expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_HOLD' } })
    })

    it('lets several hold at once', async () => {
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

    it('lets those who wait have it in turn, though each call is another instance’s', async () => {
      const { path, handle } = await acquire(alice)
      const [first, second] = [hold(), hold()]
      const inLine = { waitSeconds: 0 }
      const queued = await bob.call('PUT', first, { body: inLine })
      expect(queued).toMatchObject({ status: 202, body: { ahead: 0, waiting: 1 } })
      expect(queued.body.observation).toEqual(expect.any(String))
      expect(Number(queued.headers.get('retry-after'))).toBeLessThanOrEqual(5)
      expect(await alice.call('PUT', second, { body: inLine })).toMatchObject({
        status: 202,
        body: { ahead: 1, waiting: 2 },
      })
      await alice.call('DELETE', path, { handle })
      // Free, and not for those who did not wait.
      const passing = await alice.call('PUT', hold(), { body: {} })
      expect(passing).toMatchObject({ status: 423, body: { holders: [] } })
      expect((await alice.call('PUT', second, { body: inLine })).status).toBe(202)
      const got = await bob.call('PUT', first, { body: inLine })
      expect(got.status).toBe(201)
      await bob.call('DELETE', first, { handle: got.body.handle })
      expect((await alice.call('PUT', second, { body: inLine })).status).toBe(201)
    })

    it('leaves the line for whoever does not want to wait any more', async () => {
      const { path, handle } = await acquire(alice)
      const first = hold()
      await bob.call('PUT', first, { body: { waitSeconds: 0 } })
      expect((await bob.call('DELETE', first)).status).toBe(204)
      await alice.call('DELETE', path, { handle })
      await acquire(alice)
    })

    it('keeps a request until its turn comes', async () => {
      const { path, handle } = await acquire(alice)
      const waiting = bob.call('PUT', hold(), { body: { waitSeconds: 30 } })
      const seen = () => alice.call('GET', lock)
      await eventually('bob waits', seen, ({ body }) => body.waiting === 1)
      await alice.call('DELETE', path, { handle })
      expect((await waiting).status).toBe(201)
    })

    it('shows who holds, who waits and what ran', async () => {
      const { answer } = await acquire(alice, { metadata: { commit: 'abc' } })
      await bob.call('PUT', hold(), { body: { waitSeconds: 0 } })
      const { status, body } = await bob.call('GET', lock)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        waiting: 1,
        runs: [],
        holds: [
          {
            id: answer.body.id,
            holder: 'alice',
            token: answer.body.token,
            state: 'held',
            metadata: { commit: 'abc' },
            bounds: { ttlMs: 30_000, believesForMs: 27_000 },
          },
        ],
      })
    })

    it('tells of a change when there is one', async () => {
      const { path, handle } = await acquire(alice)
      const known = await bob.call('GET', lock)
      const headers = { 'if-none-match': known.headers.get('etag')! }
      const same = await bob.call('GET', `${lock}?wait=1s`, { headers })
      expect([same.status, same.body]).toEqual([304, ''])
      expect(same.headers.get('etag')).toBe(headers['if-none-match'])
      const strong = headers['if-none-match'].replace('W/', '')
      for (const known of ['*', strong, `"other", ${strong}`]) {
        const answer = await bob.call('GET', lock, { headers: { 'if-none-match': known } })
        expect(answer.status, known).toBe(304)
      }
      const waiting = bob.call('GET', `${lock}?wait=30s`, { headers })
      // A renewal is none.
      await alice.call('POST', `${path}/renew`, { handle })
      expect((await bob.call('GET', lock, { headers })).status).toBe(304)
      await alice.call('DELETE', path)
      expect(await waiting).toMatchObject({ status: 200, body: { holds: [] } })
    })

    it('lets a run be done once, and tells all what it came to', async () => {
      const key = `${runs}/2026-11-26`
      const [hers, his] = [randomUUID(), randomUUID()]
      const begun = await alice.call('PUT', key, { body: { hold: hers } })
      expect(begun).toMatchObject({
        status: 201,
        body: { run: { key: '2026-11-26', status: 'running', attempts: 1 }, hold: { id: hers } },
      })
      const again = await alice.call('PUT', key, { body: { hold: hers } })
      expect(again).toMatchObject({ status: 201, body: { run: { attempts: 1 } } })
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      const elsewhere = await bob.call('PUT', key, { body: { hold: his } })
      expect(elsewhere).toMatchObject({ status: 202, body: { holders: ['alice'] } })
      expect(elsewhere.headers.get('retry-after')).toBe('36')
      const other = await bob.call('PUT', `${runs}/other`, { body: { hold: his } })
      expect(other).toMatchObject({ status: 423, body: { code: 'LOCK_HELD' } })
      const { handle } = again.body.hold
      const renewed = await alice.call('POST', `${hold(hers)}/renew`, { handle })
      expect(renewed.status).toBe(200)
      const end = { status: 'succeeded', result: { rows: 3 } }
      const ended = await alice.call('PATCH', key, { body: end, handle })
      expect(ended).toMatchObject({ status: 200, body: { run: { result: { rows: 3 } } } })
      expect((await alice.call('PATCH', key, { body: end, handle })).status).toBe(200)
      const replayed = await bob.call('PUT', key, { body: { hold: his } })
      expect(replayed).toMatchObject({
        status: 200,
        body: { run: { status: 'succeeded', result: { rows: 3 } } },
      })
      expect((await bob.call('PUT', `${runs}/other`, { body: { hold: his } })).status).toBe(201)
    })

    it('lets a run that failed be done again', async () => {
      const key = `${runs}/nightly`
      const first = await alice.call('PUT', key, { body: { hold: randomUUID() } })
      const { handle } = first.body.hold
      const end = { status: 'failed', reason: 'no disk' }
      const ended = await alice.call('PATCH', key, { body: end, handle })
      expect(ended.body.run).toMatchObject({ status: 'failed', reason: 'no disk' })
      const second = await bob.call('PUT', key, { body: { hold: randomUUID() } })
      expect(second).toMatchObject({ status: 201, body: { run: { attempts: 2 } } })
      const late = await alice.call('PATCH', key, {
        body: { status: 'succeeded', result: 1 },
        handle,
      })
      expect(late).toMatchObject({ status: 410, body: { code: 'RUN_TAKEN_OVER' } })
    })

    it('takes over a run whose holder was broken, and does not count what that one did', async () => {
      const key = `${runs}/nightly`
      const hers = randomUUID()
      const begun = await alice.call('PUT', key, { body: { hold: hers } })
      const { handle } = begun.body.hold
      const body = { reason: 'gone', atOnce: true }
      expect((await bob.call('POST', `${hold(hers)}/break`, { body })).status).toBe(202)
      const taken = await bob.call('PUT', key, { body: { hold: randomUUID() } })
      expect(taken).toMatchObject({ status: 201, body: { run: { attempts: 2 } } })
      const late = await alice.call('PATCH', key, { body: { status: 'succeeded' }, handle })
      expect(late).toMatchObject({ status: 410, body: { code: 'RUN_TAKEN_OVER' } })
    })

    it('refuses results that are too long, and runs without their handle', async () => {
      const key = `${runs}/nightly`
      const begun = await alice.call('PUT', key, { body: { hold: randomUUID() } })
      const { handle } = begun.body.hold
      const end = { status: 'succeeded', result: 'x'.repeat(1023) }
      const long = await alice.call('PATCH', key, { body: end, handle })
      expect(long).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
      const without = await alice.call('PATCH', key, { body: { status: 'succeeded' } })
      expect(without.status).toBe(428)
    })
  })
}
