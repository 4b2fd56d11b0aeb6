import { expect, it } from 'vitest'
import type { RolloutLook } from '../../reconciler/look-at-rollout.ts'
import { SharedLooks } from '../../reconciler/shared-looks.ts'
import { VirtualClock } from '../leases/virtual-clock.ts'

const APP = 'shop/checkout'
const never = new AbortController().signal

function looks() {
  const time = new VirtualClock()
  const begun: PromiseWithResolvers<RolloutLook>[] = []
  const signals: AbortSignal[] = []
  const shared = new SharedLooks({
    clock: time.clock,
    look: (_, signal) => {
      const look = Promise.withResolvers<RolloutLook>()
      signal.addEventListener('abort', () => look.reject(signal.reason))
      begun.push(look)
      signals.push(signal)
      return look.promise
    },
  })
  const ask = (tip = 'one', signal = never, app = APP) => shared.at({ app, tip, signal })
  return { time, begun, signals, ask }
}

/** Told apart by its time. */
const found = (atMs: number) => ({ atMs }) as RolloutLook

it('is one look for all who ask meanwhile, and a moment later', async () => {
  const { time, begun, ask } = looks()
  const all = Array.from({ length: 50 }, () => ask())
  begun[0]?.resolve(found(1))
  expect(new Set(await Promise.all(all))).toEqual(new Set([found(1)]))
  await time.pass(999)
  expect(await ask()).toEqual(found(1))
  expect(begun).toHaveLength(1)
  await time.pass(1)
  const later = ask()
  begun[1]?.resolve(found(2))
  expect(await later).toEqual(found(2))
})

it('is another one for another app, and once the branch has moved', async () => {
  const { begun, ask } = looks()
  const all = [ask(), ask('two'), ask('one', never, 'shop/cart')]
  for (const [index, look] of begun.entries()) look.resolve(found(index))
  expect(await Promise.all(all)).toEqual([found(0), found(1), found(2)])
})

it('ends when all who wait have gone, and not before', async () => {
  const { begun, signals, ask } = looks()
  const [one, other] = [new AbortController(), new AbortController()]
  const asked = [ask('one', one.signal), ask('one', other.signal)]
  one.abort(new Error('gone'))
  await expect(asked[0]).rejects.toThrow('gone')
  expect(signals[0]?.aborted).toBe(false)
  other.abort(new Error('gone too'))
  await expect(asked[1]).rejects.toThrow('gone too')
  expect(signals[0]?.aborted).toBe(true)
  const again = ask()
  begun[1]?.resolve(found(2))
  expect(await again).toEqual(found(2))
})

it('that has failed fails for all who wait, and for nobody who comes later', async () => {
  const { begun, ask } = looks()
  const asked = [ask(), ask()]
  begun[0]?.reject(new Error('the repository is gone'))
  for (const each of asked) await expect(each).rejects.toThrow('the repository is gone')
  const again = ask()
  begun[1]?.resolve(found(2))
  expect(await again).toEqual(found(2))
})
