import { describe, expect, it } from 'vitest'
import { TipWatch } from '../../reconciler/tip-watch.ts'
import { VirtualClock } from '../leases/virtual-clock.ts'

const never = new AbortController().signal

function watched() {
  const time = new VirtualClock()
  const branch = { tip: 'one', reads: 0 }
  const watch = new TipWatch({
    clock: time.clock,
    tip: async () => {
      branch.reads += 1
      return branch.tip
    },
  })
  return { time, branch, watch }
}

describe('A watch on a branch', () => {
  it('looks once for all that wait, every few seconds', async () => {
    const { time, branch, watch } = watched()
    const all = Promise.all(Array.from({ length: 50 }, () => watch.changed('one', 60_000, never)))
    await time.pass(20_500)
    expect(branch.reads).toBe(5)
    branch.tip = 'two'
    expect(new Set(await time.until(all))).toEqual(new Set(['two']))
  })

  it('tells at once what somebody else has seen', async () => {
    const { time, branch, watch } = watched()
    const waiting = watch.changed('one', 60_000, never)
    await time.pass(100)
    watch.saw('two')
    expect(await waiting).toBe('two')
    expect(branch.reads).toBe(1)
  })

  it('gives up when time is over, and looks at nothing while nobody waits', async () => {
    const { time, branch, watch } = watched()
    expect(await time.until(watch.changed('one', 12_000, never))).toBe('one')
    const { reads } = branch
    await time.pass(60_000)
    expect(branch.reads).toBe(reads)
  })

  it('ends when whoever waits has gone, and for nobody else', async () => {
    const { time, branch, watch } = watched()
    const gone = new AbortController()
    const waiting = watch.changed('one', 60_000, gone.signal)
    const other = watch.changed('one', 60_000, never)
    await time.pass(100)
    const reason = new Error('gone')
    gone.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    branch.tip = 'two'
    expect(await time.until(other)).toBe('two')
  })

  it('says that it could not look, and looks again', async () => {
    const { time, branch, watch } = watched()
    Object.defineProperty(branch, 'tip', {
      configurable: true,
      get: () => {
        throw new Error('away')
      },
    })
    await expect(watch.changed('one', 60_000, never)).rejects.toThrow('away')
    Object.defineProperty(branch, 'tip', { value: 'two' })
    expect(await time.until(watch.changed('one', 60_000, never))).toBe('two')
  })
})
