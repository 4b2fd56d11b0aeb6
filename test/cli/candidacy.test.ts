import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Candidacy } from '../../cli/candidacy.ts'
import { electionBounds } from '../../cli/election-bounds.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { LEASE_ANNOTATIONS } from '../../leases/names.ts'

const variables = {
  lease: { namespace: 'shop', name: 'ledger' },
  pod: { namespace: 'shop', name: 'ledger-1', uid: 'u1' },
  timing: { ttlSeconds: 15, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 },
}

describe('A candidacy', () => {
  it.each(['fenced', 'interop'])(
    'has a token that counts, or none: on a Lease that is %s',
    async (mode) => {
      const store = new MemoryLeaseStore({ epoch: 'store.1' })
      const { lease } = await store.read(variables.lease)
      const annotations = { [LEASE_ANNOTATIONS.mode]: mode }
      await store.replace(lease, { ...lease.record, annotations })
      const candidacy = new Candidacy({ ...variables, store, log: () => {} })
      await using term = await candidacy.term(new AbortController().signal)
      expect(term?.token?.epoch).toBe(mode === 'fenced' ? 'store.1' : undefined)
    },
  )

  it('is stuck when it waits for an answer that never comes, and at no other time', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = new MemoryLeaseStore({ epoch: 'store.1' })
    let answers = true
    const hanging = Object.assign(Object.create(store) as MemoryLeaseStore, {
      read: (...args: Parameters<typeof store.read>) =>
        answers ? store.read(...args) : new Promise<never>(() => {}),
      epoch: () => store.epoch(),
      replace: (...args: Parameters<typeof store.replace>) => store.replace(...args),
      changed: (...args: Parameters<typeof store.changed>) => store.changed(...args),
    })
    const candidacy = new Candidacy({ ...variables, store: hanging, log: () => {} })
    const stop = new AbortController()
    const term = await candidacy.term(stop.signal)
    await vi.advanceTimersByTimeAsync(600_000)
    expect([term?.signal.aborted, candidacy.isStuck]).toEqual([false, false])
    await term?.[Symbol.asyncDispose]()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(candidacy.isStuck).toBe(false)

    answers = false
    void candidacy.term(stop.signal)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(candidacy.isStuck).toBe(false)
    await vi.advanceTimersByTimeAsync(61_000)
    expect(candidacy.isStuck).toBe(true)
    stop.abort()
  })
})

describe('The bounds of an election', () => {
  it.each([
    // Of what a renewal gives, 13.5 s, it leads for 10 s, and its work is killed after 12.8 s.
    [
      { ttlSeconds: 15, renewDeadlineMs: 10_000 },
      { termBeforeMs: 3500, killBeforeMs: 675 },
    ],
    [
      { ttlSeconds: 60, renewDeadlineMs: 15_000 },
      { termBeforeMs: 39_000, killBeforeMs: 2700 },
    ],
    // The work would have no time to end: it stops to lead sooner.
    [
      { ttlSeconds: 15, renewDeadlineMs: 14_000 },
      { termBeforeMs: 3375, killBeforeMs: 675 },
    ],
  ])('of %o', (timing, bounds) => {
    expect(electionBounds(timing)).toEqual(bounds)
  })
})
