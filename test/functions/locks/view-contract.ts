import { expect, it } from 'vitest'
import type { ContractWorld } from './contract-world.ts'

/** Looking at a lock, and waiting for a change. */
export function describeViews(world: () => ContractWorld): void {
  it('shows who holds, who waits and what ran', async () => {
    const { alice, bob, lock, hold, acquire } = world()
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
    const { alice, bob, lock, acquire } = world()
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
}
