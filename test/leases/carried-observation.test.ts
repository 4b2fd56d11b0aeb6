import { describe, expect, it } from 'vitest'
import { CarriedObservation } from '../../leases/carried-observation.ts'
import { openGrant, sealGrant } from '../../leases/grant-handle.ts'
import type { LockContext } from '../../leases/lock.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { release } from '../../leases/release.ts'
import { renew } from '../../leases/renew.ts'
import { BrokenSealError, Seal, WeakKeyError } from '../../leases/seal.ts'
import { tryAcquire } from '../../leases/try-acquire.ts'

const START = Date.UTC(2026, 10, 21)
const LOCK = { namespace: 'shop', name: 'ledger' }
const KEY = new Uint8Array(32).fill(7)
const OTHER_KEY = new Uint8Array(32).fill(8)

/** One function with its own clock, over a store with another one, both as the test sets them. */
class World {
  storeMs = START
  wallMs = START
  readonly seal = new Seal([KEY])
  readonly #store = new MemoryLeaseStore({ epoch: 'store.1', now: () => this.storeMs })

  get context(): LockContext {
    const clock = { monotonicMs: () => 0, wallMs: () => this.wallMs, sleep: async () => {} }
    return { store: this.#store, clock, random: Math.random }
  }

  pass(ms: number): void {
    this.storeMs += ms
    this.wallMs += ms
  }

  async ask(holder: string, brought?: string, id: string = crypto.randomUUID()) {
    const { seal, context } = this
    const judge = new CarriedObservation({
      seal,
      clock: context.clock,
      ...(brought !== undefined && { brought }),
    })
    const attempt = await tryAcquire(context, LOCK, { id, holder, ttlSeconds: 10 }, judge)
    return { ...attempt, observation: judge.observation }
  }

  async grant(holder: string, brought?: string) {
    const attempt = await this.ask(holder, brought)
    if (attempt.kind !== 'acquired') throw new Error('It is held')
    return attempt.grant
  }

  async refusal(holder: string, brought?: string) {
    const attempt = await this.ask(holder, brought)
    if (attempt.kind !== 'held') throw new Error('It is free')
    return attempt
  }
}

describe('A caller without memory', () => {
  it('gets a dead lock once it has shown that the whole term has passed, and the skew of clocks', async () => {
    const world = new World()
    const { token } = await world.grant('dead')
    const { observation, againInMs } = await world.refusal('late')
    expect(againInMs).toBe(10_000 + 1_000 + 5_000)
    world.pass(15_999)
    expect((await world.refusal('late', observation)).againInMs).toBe(1)
    world.pass(1)
    expect((await world.grant('late', observation)).token.number).toBeGreaterThan(token.number)
  })

  it('waits from the beginning after a sign of life', async () => {
    const world = new World()
    const grant = await world.grant('alive')
    const { observation } = await world.refusal('late')
    world.pass(8_000)
    await renew(world.context, grant)
    world.pass(8_000)
    const again = await world.refusal('late', observation)
    expect(again.againInMs).toBe(16_000)
    expect(again.observation).not.toBe(observation)
  })

  it.each([
    ['of something else', { seen: [['AAAAAAAAAAAAAAAAAAAAAA', 0, 0]] }],
    ['of nothing', { seen: [] }],
    [
      'in the form of an older release',
      { lease: 'shop/ledger', signOfLife: '', storeMs: 0, wallMs: 0 },
    ],
  ])('is not helped by an observation %s', async (_, content) => {
    const world = new World()
    await world.grant('alive')
    const other = world.seal.sign('observation', content)
    expect((await world.refusal('late', other)).againInMs).toBe(16_000)
  })

  it.each([
    ['the clock of the function was set forward', 0, 60_000],
    ['the clock of the store was set forward', 60_000, 0],
    ['the clock of the function was set back', 60_000, -60_000],
  ])('decides nothing if %s', async (_, storeMs, wallMs) => {
    const world = new World()
    await world.grant('alive')
    const { observation } = await world.refusal('late')
    world.storeMs += storeMs
    world.wallMs += wallMs
    const refusal = await world.refusal('late', observation)
    expect(refusal.disagreementMs).toBe(Math.abs(storeMs - wallMs))
    expect(refusal.againInMs).toBe(16_000)
  })

  it('is refused what it made up', async () => {
    const world = new World()
    await world.grant('alive')
    const content = { seen: [] }
    const forged = new Seal([OTHER_KEY]).sign('observation', content)
    await expect(world.ask('late', forged)).rejects.toThrow(BrokenSealError)
    await expect(world.ask('late', 'nonsense')).rejects.toThrow(
      'This observation was not made here, or its key is no longer in use. Leave it out and start over',
    )
  })
})

describe('A handle', () => {
  it('renews and releases without anything else', async () => {
    const world = new World()
    const handle = sealGrant(world.seal, await world.grant('a'))
    const open = () => openGrant(world.seal, world.context.clock, handle)
    const renewed = await renew(world.context, open())
    expect(renewed.token).toEqual(open().token)
    await release(world.context, open())
    await world.grant('b')
  })

  it('is still good after the key was replaced, and not after it was taken away', async () => {
    const world = new World()
    const handle = sealGrant(world.seal, await world.grant('a'))
    const { clock } = world.context
    openGrant(new Seal([OTHER_KEY, KEY]), clock, handle)
    expect(() => openGrant(new Seal([OTHER_KEY]), clock, handle)).toThrow(BrokenSealError)
  })

  it('is not an observation', async () => {
    const world = new World()
    const handle = sealGrant(world.seal, await world.grant('a'))
    await expect(world.ask('b', handle)).rejects.toThrow(BrokenSealError)
  })

  it('is not signed with a key that could be guessed', () => {
    expect(() => new Seal([new Uint8Array(8)])).toThrow(WeakKeyError)
  })
})
