import { expect, it } from 'vitest'
import { KeptRemotes } from '../../../functions/rollouts/kept-remotes.ts'
import { MemoryGitRemote } from '../../gitops/memory-git-remote.ts'
import { VirtualClock } from '../../leases/virtual-clock.ts'

const HOUR_MS = 60 * 60 * 1000

/** Connections that say which was opened, and which were closed. */
function world() {
  const time = new VirtualClock()
  const closed: number[] = []
  const numbers = new Map<unknown, number>()
  const kept = new KeptRemotes({
    clock: time.clock,
    open: async () => {
      const remote = new MemoryGitRemote()
      const number = numbers.size + 1
      numbers.set(remote, number)
      return { remote, close: async () => void closed.push(number) }
    },
  })
  return { time, closed, kept, used: () => kept.use(async (remote) => numbers.get(remote)) }
}

it('a connection is kept from one use to the next, for an hour', async () => {
  const { time, closed, used } = world()
  expect([await used(), await used()]).toEqual([1, 1])
  await time.pass(HOUR_MS - 1)
  expect(await used()).toBe(1)
  await time.pass(1)
  expect([await used(), closed]).toEqual([2, [1]])
})

it('a connection has one user at a time, and two are kept', async () => {
  const { closed, kept, used } = world()
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const users = [1, 2, 3].map(() => kept.use(() => end))
  expect(await used()).toBe(4)
  resolve()
  await Promise.all(users)
  expect(closed).toHaveLength(2)
  expect([1, 2, 3]).toContain(await used())
})

it('a connection that has failed is closed, and another one opened', async () => {
  const { closed, kept, used } = world()
  expect(await used()).toBe(1)
  await expect(kept.use(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(closed).toEqual([1])
  expect(await used()).toBe(2)
})

it('what nobody waits for any longer ends by itself, and is there for the next', async () => {
  const { kept, used } = world()
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const left = new AbortController()
  const use = kept.use(() => end, left.signal)
  left.abort(new Error('left'))
  await expect(use).rejects.toThrow('left')
  expect(await used()).toBe(2)
  resolve()
  await expect.poll(used).toBe(1)
})

it('once closed, no connection is kept', async () => {
  const { closed, kept, used } = world()
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const use = kept.use(() => end)
  expect(await used()).toBe(2)
  await kept.close()
  expect(closed).toEqual([2])
  resolve()
  await use
  expect(closed).toEqual([2, 1])
})
