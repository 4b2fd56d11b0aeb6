import { describe, expect, it, vi } from 'vitest'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { HoldLostError, LockRequestError } from '../../leases/lock-errors.ts'
import { Locks } from '../../leases/locks.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { RunRecords, RunTakenOverError } from '../../leases/run-records.ts'
import { VirtualClock } from './virtual-clock.ts'

function world() {
  const time = new VirtualClock()
  const now = () => Date.UTC(2026, 10, 21) + time.nowMs
  const store = new MemoryLeaseStore({ epoch: 'store.1', now })
  const process = (holder: string, clock = time.clockOf(holder)) =>
    new Locks({ store, holder, clock, random: () => 0.5 })
  return { time, store, process }
}

const JOB = 'nightly-report'
const KEY = '2026-11-21'

describe('A run', () => {
  it('is done by one of all that ask at once, and all get what it came to', async () => {
    const { time, process } = world()
    let done = 0
    const asked = ['a', 'b', 'c', 'd'].map((name) =>
      process(name).runOnce(JOB, KEY, {}, async () => {
        done += 1
        await time.clockOf(name).sleep(5000)
        return { rows: 42 }
      }),
    )
    const outcomes = await time.until(Promise.all(asked))
    expect(done).toBe(1)
    expect(outcomes.map(({ result }) => result)).toEqual(Array(4).fill({ rows: 42 }))
    expect(outcomes.filter(({ isReplay }) => !isReplay)).toHaveLength(1)
  })

  it('is answered without its lock when it is done', async () => {
    const { process } = world()
    await process('a').runOnce(JOB, KEY, {}, async () => 'well')
    await process('b').acquire(JOB)
    const late = await process('c').runOnce(JOB, KEY, { waitMs: 0 }, async () => 'again')
    expect(late).toEqual({ result: 'well', isReplay: true })
  })

  it('is taken over by a hold of another store too, whose tokens say nothing about the first', async () => {
    const { time, store } = world()
    const context = { store, clock: time.clockOf('a'), random: () => 0.5 }
    const records = new RunRecords(context, { namespace: 'default', name: JOB })
    const token = { epoch: 'store.1', number: 7n }
    await records.begin(KEY, token)
    await records.begin(KEY, { epoch: 'replaced.1', number: 3n })
    const late = records.end(KEY, token, { status: 'succeeded', result: 'null' })
    await expect(late).rejects.toThrow(RunTakenOverError)
  })

  it('of another key is another run', async () => {
    const { process } = world()
    await process('a').runOnce(JOB, KEY, {}, async () => 1)
    const next = await process('a').runOnce(JOB, '2026-11-22', {}, async () => 2)
    expect(next).toEqual({ result: 2, isReplay: false })
  })

  it('that failed says so, and is done again when it is asked for again', async () => {
    const { process } = world()
    const failing = process('a').runOnce(JOB, KEY, {}, async () => {
      throw new Error('no such table')
    })
    await expect(failing).rejects.toThrow('no such table')
    const again = await process('b').runOnce(JOB, KEY, {}, async () => 'well')
    expect(again).toEqual({ result: 'well', isReplay: false })
  })

  it('is taken over with a larger token when its process dies, and what that one did counts no more', async () => {
    const { time, process } = world()
    const frozen = new VirtualClock()
    const wakes = Promise.withResolvers<void>()
    const tokens: bigint[] = []
    const paused = process('paused', frozen.clock).runOnce(JOB, KEY, {}, async ({ token }) => {
      tokens.push(token.number)
      await wakes.promise
      return 'late'
    })
    paused.catch(() => {})
    await time.pass(0)
    const taken = await time.until(
      process('b').runOnce(JOB, KEY, {}, async ({ token }) => {
        tokens.push(token.number)
        return 'well'
      }),
    )
    expect(taken).toEqual({ result: 'well', isReplay: false })
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? 0n)
    wakes.resolve()
    await expect(frozen.until(paused)).rejects.toThrow(RunTakenOverError)
    const late = await process('c').runOnce(JOB, KEY, {}, async () => 'never')
    expect(late).toEqual({ result: 'well', isReplay: true })
  })

  it('whose lock was lost meanwhile does not pass for done', async () => {
    const { time, store, process } = world()
    const done = Promise.withResolvers<string>()
    const run = process('a').runOnce(JOB, KEY, { ttlSeconds: 5 }, ({ signal }) => {
      signal.addEventListener('abort', () => done.reject(signal.reason))
      return done.promise
    })
    run.catch(() => {})
    await time.pass(100)
    const { lease } = await store.read({ namespace: 'default', name: JOB })
    await store.replace(lease, { ...lease.record, holderIdentity: 'somebody-else' })
    await time.pass(5000)
    await expect(run).rejects.toThrow(HoldLostError)
  })

  it('fails with what its work threw, also when nobody can write that down', async () => {
    const { store, process } = world()
    const down = new LeaseStoreError({ message: 'down', outcome: 'none', retryable: true })
    const run = process('a').runOnce(JOB, KEY, {}, async () => {
      vi.spyOn(store, 'read').mockRejectedValue(down)
      throw new Error('the work')
    })
    await expect(run).rejects.toThrow('the work')
    vi.restoreAllMocks()
    // So it is not done, and may be begun again.
    const again = await process('a').runOnce(JOB, KEY, {}, async () => 'well')
    expect(again).toEqual({ result: 'well', isReplay: false })
  })

  it('keeps a result of 1 KiB, and says where longer ones belong', async () => {
    const { process } = world()
    const long = process('a').runOnce(JOB, KEY, {}, async () => 'x'.repeat(1023))
    await expect(long).rejects.toThrow(LockRequestError)
    await expect(long).rejects.toThrow(
      'The result of run 2026-11-21 has 1025 bytes, and 1024 are kept. Store it elsewhere and give its address',
    )
    await process('a').runOnce(JOB, KEY, {}, async () => 'x'.repeat(1022))
  })

  it('is remembered until a hundred others came after it', async () => {
    const { process } = world()
    const locks = process('a')
    for (let day = 0; day < 101; day++) await locks.runOnce(JOB, `day-${day}`, {}, async () => day)
    const second = await locks.runOnce(JOB, 'day-1', {}, async () => 'again')
    const first = await locks.runOnce(JOB, 'day-0', {}, async () => 'again')
    expect([second.isReplay, first.isReplay]).toEqual([true, false])
  })
})
