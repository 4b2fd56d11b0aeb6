import { describe, expect, it } from 'vitest'
import { acquire } from '../../leases/acquire.ts'
import { holdState } from '../../leases/hold-state.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import type { Lock, LockContext } from '../../leases/lock.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { release } from '../../leases/release.ts'
import { NO_FAULTS, SimulatedNetwork } from './simulation/network.ts'
import { SimulatedProcess } from './simulation/process.ts'
import { randomOf } from './simulation/random.ts'
import { VirtualTime } from './simulation/virtual-time.ts'

const TTL_SECONDS = 30
/** A ticket is refreshed as often, and its owner looks at the lock. */
const PERIOD_MS = 5_000
/** As the docs say: after a period and two seconds those who do not come are passed. */
const PASSED_AFTER_MS = PERIOD_MS + 2_000
/** For requests, and the looks of whoever comes next. */
const SOON_MS = 1_000
/** How long a ticket counts, and kept others waiting before they could pass it. */
const TICKET_MS = 15_000
const RELEASED_AT_MS = 20_000
const LONG_MS = 200_000

interface Had {
  readonly who: string
  readonly atMs: number
}

/** Some who wait for a lock of somebody who gives it back after 20 s. */
class World {
  readonly time = new VirtualTime()
  readonly #store = new MemoryLeaseStore({
    epoch: 'store.1',
    now: () => Math.floor(this.time.nowMs / 1000) * 1000 + Date.UTC(2026, 10, 21),
  })
  readonly had: Had[] = []
  /** How many have it right now. */
  #having = 0
  mostHaving = 0
  readonly #lock: Lock

  constructor(slots = 1) {
    this.#lock = { namespace: 'shop', name: 'ledger', slots }
  }

  process(name: string): SimulatedProcess {
    return new SimulatedProcess({ name, time: this.time, rate: 1, offsetMs: 0 })
  }

  /** Of a process whose every request takes so long, there and back. */
  contextOf(process: SimulatedProcess, latencyMs = 20): LockContext {
    const random = randomOf(7)
    const { time } = this
    const faults = () => ({ ...NO_FAULTS, latencyMs })
    const props = { process, time, store: this.#store, random, faults, count: () => {} }
    return { store: new SimulatedNetwork(props), clock: process.clock, random }
  }

  /** Comes then, waits, has it for some time and gives it back. */
  come(who: string, atMs: number, context: LockContext, forMs = 1_000): void {
    this.time.at(atMs, () => void this.#hold(who, context, forMs))
  }

  async #hold(who: string, context: LockContext, forMs: number): Promise<void> {
    const grant = await acquire(context, { lock: this.#lock, request: this.#request(who) })
    this.had.push({ who, atMs: this.time.nowMs })
    this.#having += 1
    this.mostHaving = Math.max(this.mostHaving, this.#having)
    await context.clock.sleep(forMs)
    this.#having -= 1
    await release(context, grant)
  }

  #request(holder: string) {
    const number = [...holder].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
    return { id, holder, ttlSeconds: TTL_SECONDS }
  }

  async pass(untilMs = LONG_MS): Promise<void> {
    await this.time.run(untilMs, () => {})
  }

  async holder(): Promise<string | undefined> {
    return holdState((await this.#store.read(this.#lock)).lease)?.holder
  }

  get order(): readonly string[] {
    return this.had.map(({ who }) => who)
  }

  msAfterRelease(who: string): number {
    return (this.had.find((had) => had.who === who)?.atMs ?? Number.NaN) - RELEASED_AT_MS
  }
}

/** The holder has it until 20 s; the others come a second after one another. */
function worldOf(...names: readonly string[]) {
  const world = new World()
  const processes = names.map((name) => world.process(name))
  world.come('holder', 0, world.contextOf(world.process('holder')), RELEASED_AT_MS)
  for (const [index, process] of processes.entries()) {
    world.come(process.name, 1000 * (index + 1), world.contextOf(process))
  }
  return { world, processes }
}

/** A store that wakes nobody: whoever waits only looks again as often as it has to. */
const withoutWatch = (context: LockContext): LockContext => {
  const { store } = context
  const quiet: LeaseStore = {
    read: (name, signal) => store.read(name, signal),
    replace: (seen, next, signal) => store.replace(seen, next, signal),
    changed: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    epoch: () => store.epoch(),
  }
  return { ...context, store: quiet }
}

/** A store that answers nothing but errors while that is so. */
const failingWhile = (context: LockContext, isAway: () => boolean): LockContext => {
  const { store } = context
  const guard = <Result>(call: () => Promise<Result>): Promise<Result> =>
    isAway()
      ? Promise.reject(new LeaseStoreError({ message: 'away', outcome: 'none', retryable: true }))
      : call()
  return {
    ...context,
    store: {
      read: (name, signal) => guard(() => store.read(name, signal)),
      replace: (seen, next, signal) => guard(() => store.replace(seen, next, signal)),
      changed: (seen, signal) => store.changed(seen, signal),
      epoch: () => store.epoch(),
    },
  }
}

/** How often the first in line goes on after it had to wait for something, until it has the lock. */
async function momentsOfFirst(): Promise<number> {
  const { world, processes } = worldOf('first', 'second')
  for (let atMs = 0; !world.order.includes('first'); atMs += 10) await world.pass(atMs)
  return processes[0]?.deliveries ?? 0
}

describe('Whoever is first in line', () => {
  it('delays the others by no more than its turn, at whatever moment it dies', async () => {
    const moments = await momentsOfFirst()
    expect(moments).toBeGreaterThan(15)
    let longestMs = 0
    for (let moment = 1; moment <= moments; moment++) {
      const { world, processes } = worldOf('first', 'second', 'third')
      processes[0]?.killAtDelivery(moment)
      await world.pass(RELEASED_AT_MS + 500)
      // It may have died between its write and the answer: then others have to wait for its term.
      const hasTaken = (await world.holder()) === 'first'
      await world.pass()
      expect(world.order, `dead at ${moment}`).toEqual(['holder', 'second', 'third'])
      expect(world.mostHaving).toBe(1)
      const laterMs = world.msAfterRelease('second') - (hasTaken ? TTL_SECONDS * 1000 : 0)
      expect(laterMs, `dead at ${moment}`).toBeLessThan(PASSED_AFTER_MS + SOON_MS)
      longestMs = Math.max(longestMs, laterMs)
    }
    console.log(`Dead at each of ${moments} moments; the next one waits ${longestMs} ms at most`)
    expect(longestMs).toBeGreaterThan(PERIOD_MS)
  })

  it('delays them by the life of its ticket at most, together with others who died', async () => {
    const { world, processes } = worldOf('first', 'second', 'third', 'fourth')
    world.time.at(RELEASED_AT_MS - 1, () => {
      for (const process of processes.slice(0, 3)) process.kill()
    })
    await world.pass()
    expect(world.order).toEqual(['holder', 'fourth'])
    expect(world.msAfterRelease('fourth')).toBeLessThan(TICKET_MS + SOON_MS)
  })

  it('is passed by no more than as many as died', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six']
    const { world, processes } = worldOf(...names)
    world.time.at(RELEASED_AT_MS - 1, () => {
      processes[0]?.kill()
      processes[1]?.kill()
    })
    await world.pass()
    expect(world.order).toEqual(['holder', 'three', 'four', 'five', 'six'])
    expect(world.mostHaving).toBe(1)
  })

  it('is waited for if it is slow, and comes as often as it has to', async () => {
    for (let laterMs = 0; laterMs < PERIOD_MS; laterMs += 250) {
      const world = new World()
      const untilMs = RELEASED_AT_MS + laterMs
      world.come('holder', 0, world.contextOf(world.process('holder')), untilMs)
      const slow = withoutWatch(world.contextOf(world.process('slow'), 400))
      world.come('slow', 1000, slow)
      world.come('second', 2000, world.contextOf(world.process('second')))
      await world.pass()
      expect(world.order, `released ${laterMs} ms later`).toEqual(['holder', 'slow', 'second'])
    }
  })

  it('loses its place and nothing else if it was stopped meanwhile', async () => {
    const { world, processes } = worldOf('first', 'second', 'third')
    world.time.at(RELEASED_AT_MS - 1, () => processes[0]?.pause(PASSED_AFTER_MS + SOON_MS))
    await world.pass()
    expect(world.order).toEqual(['holder', 'second', 'third', 'first'])
    expect(world.mostHaving).toBe(1)
  })

  it('has it, or somebody else has it, whenever it goes on', async () => {
    for (let pauseMs = PASSED_AFTER_MS - 500; pauseMs < PASSED_AFTER_MS + 1000; pauseMs += 10) {
      const { world, processes } = worldOf('first', 'second')
      world.time.at(RELEASED_AT_MS - 1, () => processes[0]?.pause(pauseMs))
      await world.pass()
      expect(world.order.toSorted(), `stopped for ${pauseMs} ms`).toEqual([
        'first',
        'holder',
        'second',
      ])
      expect(world.mostHaving).toBe(1)
    }
  })

  it('keeps its turn while nobody can reach the store', async () => {
    const world = new World()
    const untilMs = RELEASED_AT_MS + PASSED_AFTER_MS + SOON_MS
    const awaySince = (sinceMs: number) => () =>
      world.time.nowMs > sinceMs && world.time.nowMs < untilMs
    world.come('holder', 0, world.contextOf(world.process('holder')), RELEASED_AT_MS)
    // The second one still sees that the lock is free, and the first one does not.
    for (const [name, comesMs, goneMs] of [
      ['first', 4_000, RELEASED_AT_MS - 10],
      ['second', 4_500, RELEASED_AT_MS + 500],
    ] as const) {
      const context = world.contextOf(world.process(name))
      world.come(name, comesMs, failingWhile(context, awaySince(goneMs)))
    }
    await world.pass()
    expect(world.order).toEqual(['holder', 'first', 'second'])
  })

  it('keeps no slot from others either, of a lock with several', async () => {
    const world = new World(2)
    for (const name of ['holder', 'other holder']) {
      world.come(name, 0, world.contextOf(world.process(name)), RELEASED_AT_MS)
    }
    const names = ['one', 'two', 'three', 'four']
    const processes = names.map((name) => world.process(name))
    for (const [index, process] of processes.entries()) {
      world.come(process.name, 1000 * (index + 1), world.contextOf(process), 3_000)
    }
    world.time.at(RELEASED_AT_MS - 1, () => {
      processes[0]?.kill()
      processes[1]?.kill()
    })
    await world.pass()
    expect(world.order.slice(2).toSorted()).toEqual(['four', 'three'])
    expect(world.mostHaving).toBe(2)
    for (const name of ['three', 'four']) {
      expect(world.msAfterRelease(name)).toBeLessThan(PASSED_AFTER_MS + SOON_MS)
    }
  })
})
