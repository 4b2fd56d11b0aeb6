import { describe, expect, it, vi } from 'vitest'
import { StaleTokenError } from '../../leases/fenced-resource.ts'
import { compareTokens, type FencingToken } from '../../leases/fencing-token.ts'
import { HoldLostError, LockHeldError, LockSlotsError } from '../../leases/lock-errors.ts'
import { type HoldOptions, Locks } from '../../leases/locks.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { LEASE_ANNOTATIONS } from '../../leases/names.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Processes that share a store and a world whose time the test lets pass. */
function world() {
  const time = new VirtualClock()
  const now = () => Date.UTC(2026, 10, 21) + time.nowMs
  const store = new MemoryLeaseStore({ epoch: 'store.1', now })
  const process = (holder: string) =>
    new Locks({ store, holder, clock: time.clockOf(holder), random: () => 0.5 })
  return { time, store, process }
}

const NAME = { namespace: 'default', name: 'reindex' }
const soon: HoldOptions = { ttlSeconds: 10 }
const AT_SLOT_1 = '00000001-0000-4000-8000-000000000000'

describe('A lock', () => {
  it('is free, then held, then free', async () => {
    const { process } = world()
    const hold = await process('a').acquire('reindex')
    await expect(process('b').acquire('reindex', { waitMs: 0 })).rejects.toThrow(
      'Lock default/reindex is held by a. Try again later, or wait for it',
    )
    await hold.release()
    await (await process('b').acquire('reindex', { waitMs: 0 })).release()
  })

  it('is renewed for as long as it is held', async () => {
    const { time, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    await time.pass(600_000)
    expect(hold.signal.aborted).toBe(false)
    await expect(process('b').acquire('reindex', { waitMs: 0 })).rejects.toThrow(LockHeldError)
  })

  it('is renewed more often if that is asked for, and never less often than it needs', async () => {
    const { time, store, process } = world()
    const renewals = async (renewEveryMs: number) => {
      const hold = await process('a').acquire('reindex', { ttlSeconds: 15, renewEveryMs })
      await time.pass(10_500)
      const { record } = (await store.read(NAME)).lease
      await hold.release()
      return record.annotations[LEASE_ANNOTATIONS.renewals]
    }
    expect([await renewals(2_000), await renewals(60_000)]).toEqual(['5', '2'])
  })

  it('goes to whoever waits the moment that it is released', async () => {
    const { time, process } = world()
    const hold = await process('a').acquire('reindex')
    const waiting = process('b').acquire('reindex')
    await time.pass(20_000)
    const before = time.nowMs
    await hold.release()
    await time.until(waiting)
    expect(time.nowMs - before).toBeLessThanOrEqual(100)
  })

  it('has a larger token for every hold', async () => {
    const { process } = world()
    const tokens = []
    for (const holder of ['a', 'b', 'a']) {
      const hold = await process(holder).acquire('reindex')
      tokens.push(hold.token)
      await hold.release()
    }
    const [first, second, third] = tokens
    if (!first || !second || !third) throw new Error('three holds')
    expect(compareTokens(first, second)).toBeLessThan(0)
    expect(compareTokens(second, third)).toBeLessThan(0)
  })

  it('has the same hold and token for whoever asks again under the same id', async () => {
    const { process } = world()
    const id = crypto.randomUUID()
    const once = await process('a').acquire('reindex', { id })
    const again = await process('a').acquire('reindex', { id, waitMs: 0 })
    expect(again.token).toEqual(once.token)
  })

  it('is not given to an id whose hold has ended', async () => {
    const { process } = world()
    const id = crypto.randomUUID()
    await (await process('a').acquire('reindex', { id })).release()
    await expect(process('a').acquire('reindex', { id })).rejects.toThrow(
      `Hold ${id} of lock default/reindex is over (released). Stop what it protects, and acquire again under a new id`,
    )
  })

  it('is given back when its hold goes out of scope', async () => {
    const { process } = world()
    {
      await using hold = await process('a').acquire('reindex')
      expect(hold.token.number).toBeGreaterThan(0n)
    }
    await process('b').acquire('reindex', { waitMs: 0 })
  })

  it('is not given to others before the minimum is over', async () => {
    const { time, process } = world()
    const hold = await process('a').acquire('reindex', { minimumHoldSeconds: 60 })
    await hold.release()
    const waiting = process('b').acquire('reindex')
    await time.until(waiting)
    expect(time.nowMs).toBeGreaterThanOrEqual(60_000)
    expect(time.nowMs).toBeLessThan(62_000)
  })

  it('with slots is held by as many and no more', async () => {
    const { process } = world()
    const options = { slots: 3, waitMs: 0 }
    const holds = []
    for (const holder of ['a', 'b', 'c']) {
      holds.push(await process(holder).acquire('reindex', options))
    }
    await expect(process('d').acquire('reindex', options)).rejects.toThrow(LockHeldError)
    await holds[1]?.release()
    await process('d').acquire('reindex', options)
  })

  it('has as many slots as whoever held it first said, in whichever of them', async () => {
    const { store, process } = world()
    const id = `00000002${crypto.randomUUID().slice(8)}`
    const hold = await process('a').acquire('reindex', { id, slots: 3 })
    expect(hold.lease.name).toBe('reindex.slot-2')
    for (const slots of [1, 2, 4]) {
      const asked = process('a').acquire('reindex', { id, slots, waitMs: 0 })
      await expect(asked).rejects.toThrow(
        `Lock default/reindex has 3 slots, and this caller says ${slots}. Say 3;`,
      )
      await expect(asked).rejects.toMatchObject({ code: 'LOCK_SLOTS', slots: 3 })
    }
    await hold.release()
    await expect(process('b').acquire('reindex', { waitMs: 0 })).rejects.toThrow(LockSlotsError)
    expect((await store.read(NAME)).lease.record).toMatchObject({ holderIdentity: '' })
  })

  it('of several slots does what is done once in the first of them', async () => {
    const { process } = world()
    const other = await process('a').acquire('reindex', { id: AT_SLOT_1, slots: 2 })
    const run = () => process('b').runOnce('reindex', 'k', {}, async ({ lease }) => lease.name)
    expect([other.lease.name, await run()]).toEqual([
      'reindex.slot-1',
      { result: 'reindex', isReplay: false },
    ])
    expect(await run()).toMatchObject({ isReplay: true })
    await process('c').acquire('reindex', { slots: 2, waitMs: 0 })
  })

  it('has as many slots as one of those said who came at once', async () => {
    const { process } = world()
    const asked = [3, 1, 3, 1].map((slots, index) =>
      process(`p${index}`).acquire('reindex', { slots, waitMs: 0 }),
    )
    const results = await Promise.allSettled(asked)
    const said = results.map(({ status }, index) =>
      status === 'fulfilled' ? [3, 1][index % 2] : 0,
    )
    expect(new Set(said.filter((slots) => slots !== 0)).size).toBe(1)
  })

  it('can be handed over to somebody in particular, past those who wait', async () => {
    const { time, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    const waiting = process('b').acquire('reindex', soon)
    await time.pass(1000)
    const id = crypto.randomUUID()
    await hold.handOver({ id, holder: 'c', ttlSeconds: 10 })
    const taken = await process('c').acquire('reindex', { ...soon, id, waitMs: 0 })
    expect(taken.token.number).toBeGreaterThan(hold.token.number)
    await taken.release()
    await time.until(waiting)
  })

  it('refuses a time to live that is none', async () => {
    const { process } = world()
    await expect(process('a').acquire('reindex', { ttlSeconds: 1.5 })).rejects.toThrow(
      'A time to live of 1.5 s is not possible. Use whole seconds from 3 to 86400 (a day)',
    )
  })

  it('is released by whoever gives up waiting just when it got it', async () => {
    const { time, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    const controller = new AbortController()
    const waiting = process('b').acquire('reindex', { ...soon, signal: controller.signal })
    waiting.catch(() => {})
    await time.pass(1000)
    await hold.release()
    controller.abort(new Error('enough'))
    await expect(time.until(waiting)).rejects.toThrow('enough')
    await time.pass(1000)
    await process('c').acquire('reindex', { waitMs: 0 })
  })
})

describe('A hold', () => {
  it('is lost, and told so, before others can have it, if nothing can be renewed', async () => {
    const { time, store, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    const { lease } = await store.read(NAME)
    const stolen = { ...lease.record, holderIdentity: 'somebody-else' }
    await store.replace(lease, stolen)
    await time.pass(4_000)
    expect(hold.signal.reason).toBeInstanceOf(HoldLostError)
    expect(() => hold.assertHeld()).toThrow(HoldLostError)
  })

  it('survives a label that somebody writes on its Lease', async () => {
    const { time, store, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    for (let second = 0; second < 60; second++) {
      const { lease } = await store.read(NAME)
      await store.replace(lease, lease.record)
      await time.pass(1000)
    }
    expect(hold.signal.aborted).toBe(false)
  })

  it('goes to another one when its process is gone, after its term and not much later', async () => {
    const { time, store, process } = world()
    const dead = new VirtualClock()
    const gone = new Locks({ store, holder: 'gone', clock: dead.clock, random: () => 0.5 })
    await gone.acquire('reindex', soon)
    const hold = await time.until(process('b').acquire('reindex', soon))
    expect(time.nowMs).toBeGreaterThanOrEqual(10_000)
    expect(time.nowMs).toBeLessThan(11_000)
    expect(hold.token.number).toBeGreaterThan(0n)
  })

  it('counts for nothing if an elector of other make took the Lease and left our annotations', async () => {
    const { time, store, process } = world()
    const hold = await process('a').acquire('reindex', soon)
    const { lease } = await store.read(NAME)
    const foreign = { ...lease.record, holderIdentity: 'node-1_c1f5', leaseDurationSeconds: 15 }
    await store.replace(lease, foreign)
    await time.pass(5_000)
    expect(hold.signal.aborted).toBe(true)
    const next = process('b').acquire('reindex', soon)
    await time.until(next)
    expect(time.nowMs).toBeGreaterThan(15_000)
  })
})

describe('A crowd that comes without pause', () => {
  it('neither loses a hold nor keeps a dead one', async () => {
    const { time, store, process } = world()
    const dead = new VirtualClock()
    const gone = new Locks({ store, holder: 'gone', clock: dead.clock, random: () => 0.5 })
    await gone.acquire('reindex', soon)
    const got: number[] = []
    const crowd = Array.from({ length: 100 }, async (_, index) => {
      const name = `p${index}`
      await time.clockOf(name).sleep(index * 100)
      const hold = await process(name).acquire('reindex', { ...soon, waitMs: 60_000 })
      got.push(index)
      if (index === 0) await time.clockOf(name).sleep(25_000)
      expect(hold.signal.aborted).toBe(false)
      await hold.release()
    })
    const first = process('first').acquire('reindex', soon)
    const hold = await time.until(first)
    expect(time.nowMs).toBeLessThan(11_000)
    await hold.release()
    await time.until(Promise.all(crowd))
    expect(got).toEqual(got.toSorted((a, b) => a - b))
  })
})

describe('A crowd that waits while somebody changes the Lease all the time', () => {
  it('asks the store for little', async () => {
    const { time, store, process } = world()
    const [read, replace] = [vi.spyOn(store, 'read'), vi.spyOn(store, 'replace')]
    await process('holder').acquire('reindex', soon)
    const over = new AbortController()
    const crowd = Array.from({ length: 100 }, (_, index) =>
      process(`p${index}`).acquire('reindex', { ...soon, signal: over.signal }),
    )
    const gone = Promise.allSettled(crowd)
    await time.pass(10_000)
    for (const spy of [read, replace]) spy.mockClear()
    const seconds = 60
    for (let change = 0; change < seconds * 10; change++) {
      const { lease } = await store.read(NAME)
      const annotations = { ...lease.record.annotations, seen: String(change) }
      await store.replace(lease, { ...lease.record, annotations })
      await time.pass(100)
    }
    const each = (count: number) => count / seconds / crowd.length
    expect(each(read.mock.calls.length)).toBeLessThan(4)
    expect(each(replace.mock.calls.length)).toBeLessThan(0.5)
    over.abort()
    await time.until(gone)
  })
})

describe('withLock', () => {
  it('gives what the work gives, and the lock back', async () => {
    const { process } = world()
    const result = await process('a').withLock('reindex', soon, async ({ token, signal }) => {
      expect(signal.aborted).toBe(false)
      return token.epoch
    })
    expect(result).toBe('store.1')
    await process('b').acquire('reindex', { waitMs: 0 })
  })

  it('gives the lock back when the work fails, and throws what it threw', async () => {
    const { process } = world()
    const work = process('a').withLock('reindex', soon, async () => {
      throw new Error('no space left')
    })
    await expect(work).rejects.toThrow('no space left')
    await process('b').acquire('reindex', { waitMs: 0 })
  })

  it('fails if the hold was lost meanwhile, even if the work ended well', async () => {
    const { time, store, process } = world()
    const done = Promise.withResolvers<string>()
    const work = process('a').withLock('reindex', soon, () => done.promise)
    work.catch(() => {})
    await time.pass(1000)
    const { lease } = await store.read(NAME)
    await store.replace(lease, { ...lease.record, holderIdentity: 'somebody-else' })
    await time.pass(15_000)
    done.resolve('well')
    await expect(work).rejects.toThrow(HoldLostError)
  })
})

describe('What a lock protects', () => {
  const resource = (isStale = false) => {
    const stamped: bigint[] = []
    const stamp = async (token: FencingToken): Promise<void> => {
      if (isStale) throw new StaleTokenError('the cursor', token)
      stamped.push(token.number)
    }
    return { stamped, stamp }
  }

  it('knows the token before the work begins', async () => {
    const { process } = world()
    const cursor = resource()
    await process('a').withLock('reindex', { protects: [cursor] }, async ({ token }) => {
      expect(cursor.stamped).toEqual([token.number])
    })
  })

  it('keeps the work from beginning if it has seen a later token, and the lock is given back', async () => {
    const { process } = world()
    let hasBegun = false
    const work = process('a').withLock('reindex', { protects: [resource(true)] }, async () => {
      hasBegun = true
    })
    await expect(work).rejects.toThrow(StaleTokenError)
    expect(hasBegun).toBe(false)
    await process('b').acquire('reindex', { waitMs: 0 })
  })
})

describe('Leaders', () => {
  it('lead one after the other, and never two at once', async () => {
    const { time, process } = world()
    const stop = new AbortController()
    const led: string[] = []
    let leading = 0
    const candidates = ['a', 'b', 'c'].map((name) =>
      process(name).lead('reindex', { ...soon, signal: stop.signal }, async () => {
        leading += 1
        expect(leading).toBe(1)
        led.push(name)
        await time.clockOf(name).sleep(3000)
        leading -= 1
      }),
    )
    await time.pass(10_000)
    stop.abort()
    await time.until(Promise.all(candidates))
    expect(led.slice(0, 4)).toEqual(['a', 'b', 'c', 'a'])
  })

  it('lead for a term of a loop each time', async () => {
    const { time, process } = world()
    const stop = new AbortController()
    const tokens: bigint[] = []
    for await (const term of process('a').terms('reindex', { signal: stop.signal })) {
      tokens.push(term.token.number)
      if (tokens.length === 3) break
    }
    expect(new Set(tokens).size).toBe(3)
    await time.until(process('b').acquire('reindex', { waitMs: 1000 }))
  })
})
