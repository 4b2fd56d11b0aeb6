import { expect, it } from 'vitest'
import type { ContractWorld } from './contract-world.ts'

/** Holds that somebody else ends. */
export function describeBreaking(world: () => ContractWorld): void {
  it('ends a hold for a reason, and tells its holder to stop', async () => {
    const { alice, bob, acquire } = world()
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
    const { alice, bob, hold, acquire } = world()
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
    const { alice, bob, hold, acquire } = world()
    await acquire(alice)
    const answer = await bob.call('POST', `${hold()}/break`, { body: { reason: 'stuck' } })
    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_HOLD' } })
  })
}
