import { expect, it } from 'vitest'
import { eventually } from '../../control-plane/eventually.ts'
import type { ContractWorld } from './contract-world.ts'

/** Waiting in line. */
export function describeLine(world: () => ContractWorld): void {
  it('lets those who wait have it in turn, though each call is another instance’s', async () => {
    const { alice, bob, hold, acquire } = world()
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
    const { alice, bob, hold, acquire } = world()
    const { path, handle } = await acquire(alice)
    const first = hold()
    await bob.call('PUT', first, { body: { waitSeconds: 0 } })
    expect((await bob.call('DELETE', first)).status).toBe(204)
    await alice.call('DELETE', path, { handle })
    await acquire(alice)
  })

  it('keeps a request until its turn comes', async () => {
    const { alice, bob, lock, hold, acquire } = world()
    const { path, handle } = await acquire(alice)
    const waiting = bob.call('PUT', hold(), { body: { waitSeconds: 30 } })
    const seen = () => alice.call('GET', lock)
    await eventually('bob waits', seen, ({ body }) => body.waiting === 1)
    await alice.call('DELETE', path, { handle })
    expect((await waiting).status).toBe(201)
  })
}
