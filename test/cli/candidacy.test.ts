import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Candidacy } from '../../cli/candidacy.ts'
import { electionBounds } from '../../cli/election-bounds.ts'
import { runElector, StuckError } from '../../cli/run-elector.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { LEASE_ANNOTATIONS } from '../../leases/names.ts'
import { freePort } from '../control-plane/free-port.ts'

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
    passTime()
    const store = hangingStore()
    const candidacy = new Candidacy({ ...variables, store, log: () => {} })
    const stop = new AbortController()
    const term = await candidacy.term(stop.signal)
    await vi.advanceTimersByTimeAsync(600_000)
    expect([term?.signal.aborted, candidacy.isStuck]).toEqual([false, false])
    await term?.[Symbol.asyncDispose]()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(candidacy.isStuck).toBe(false)

    store.hangs = true
    void candidacy.term(stop.signal)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(candidacy.isStuck).toBe(false)
    await vi.advanceTimersByTimeAsync(61_000)
    expect(candidacy.isStuck).toBe(true)
    stop.abort()
  })
})

describe('An elector', () => {
  it('ends itself when it is stuck, since nobody else may notice', async () => {
    passTime()
    const store = hangingStore()
    store.hangs = true
    const port = await freePort()
    const props = { work: 'cooperative', port, proc: '/proc' } as const
    const surroundings = async () => ({ store, pod: undefined })
    const running = runElector({ ...props, surroundings }, terminal, new AbortController().signal)
    const ended = expect(running).rejects.toThrow(StuckError)
    while (!(await isAlive(port))) await setImmediate()
    await vi.advanceTimersByTimeAsync(121_000)
    await ended
  })
})

/** What asks for the time, or waits, sees what the test lets pass. */
function passTime(): void {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** A store of which an answer may never come. */
function hangingStore(): LeaseStore & { hangs: boolean } {
  const store = new MemoryLeaseStore({ epoch: 'store.1' })
  const hanging = {
    hangs: false,
    read: (...args: Parameters<typeof store.read>) =>
      hanging.hangs ? new Promise<never>(() => {}) : store.read(...args),
    replace: store.replace.bind(store),
    changed: store.changed.bind(store),
    epoch: store.epoch.bind(store),
  }
  return hanging
}

const terminal = {
  err: () => {},
  env: {
    LEASE_NAME: 'ledger',
    LEASE_NAMESPACE: 'shop',
    POD_NAME: 'ledger-1',
    POD_UID: 'u1',
    LEASE_DURATION: '15s',
    RENEW_DEADLINE: '10s',
    RETRY_PERIOD: '2s',
  },
}

const isAlive = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/livez`).then(
    ({ ok }) => ok,
    () => false,
  )

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
