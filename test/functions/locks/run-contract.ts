import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ContractWorld } from './contract-world.ts'

/** Runs that are done once. */
export function describeRuns(world: () => ContractWorld): void {
  it('lets a run be done once, and tells all what it came to', async () => {
    const { alice, bob, runs, hold } = world()
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
    const { alice, bob, runs } = world()
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
    const { alice, bob, runs, hold } = world()
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
    const { alice, runs } = world()
    const key = `${runs}/nightly`
    const begun = await alice.call('PUT', key, { body: { hold: randomUUID() } })
    const { handle } = begun.body.hold
    const end = { status: 'succeeded', result: 'x'.repeat(1023) }
    const long = await alice.call('PATCH', key, { body: end, handle })
    expect(long).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
    const without = await alice.call('PATCH', key, { body: { status: 'succeeded' } })
    expect(without.status).toBe(428)
  })
}
