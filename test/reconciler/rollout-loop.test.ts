import { describe, expect, it, onTestFinished } from 'vitest'
import { RateLimitedError, RemoteRefusedError } from '../../gitops/git-remote-errors.ts'
import { EnvironmentTicks } from '../../reconciler/environment-ticks.ts'
import type { Look } from '../../reconciler/look-at-app.ts'
import { RolloutLoop, type RolloutLoopProps } from '../../reconciler/rollout-loop.ts'
import type { TickResult } from '../../reconciler/tick.ts'
import type { Decision } from '../../rollouts/decision.ts'
import { VirtualClock } from '../leases/virtual-clock.ts'
import { planWith } from '../rollouts/plan-fixture.ts'

const ATTENTION = { kind: 'wait', reasons: ['pods are awaited'] } as const satisfies Decision

/** An app that a tick has looked at, as far as the loop looks at that. */
function look(intervalSeconds: number, decision: Decision = ATTENTION, rollout: object = {}): Look {
  const [metric] = planWith({}).spec.analysis
  const analysis = [{ ...metric!, intervalSeconds }]
  const app = { plan: planWith({ analysis }), record: { spec: { rollout } } }
  return { app, decision, atMs: 1_000_000 } as unknown as Look
}

const waiting = (decision: Decision): Look => {
  const { app, ...rest } = look(1, decision)
  return { ...rest, app: { ...app, record: { spec: {} } } } as unknown as Look
}

const BROKEN: TickResult['broken'][number] = { app: 'shop/checkout', problem: 'no record' }

const found = (looks: readonly Look[], rest: Partial<TickResult> = {}): TickResult => ({
  tip: 'tip',
  looks,
  broken: [],
  commits: [],
  ...rest,
})

/** A loop on a clock that stands still, over a branch that counts who looks at it. */
class Looped {
  readonly time = new VirtualClock()
  readonly tickedAtMs: number[] = []
  readonly failures: number[] = []
  tips = 0
  tip = 'tip'
  result: () => TickResult | Promise<TickResult> = () => found([])
  readonly loop: RolloutLoop

  constructor(props: Partial<RolloutLoopProps> = {}) {
    const ticks = new EnvironmentTicks({
      tick: async () => {
        this.tickedAtMs.push(this.time.nowMs)
        return this.result()
      },
      tip: async () => {
        this.tips += 1
        return this.tip
      },
    })
    this.loop = new RolloutLoop({
      ticks,
      clock: this.time.clock,
      random: () => 1,
      onFailure: (_, againInMs) => void this.failures.push(againInMs),
      ...props,
    })
    onTestFinished(() => this.loop.stop())
  }

  /** Times between ticks, in seconds. */
  get pauses(): readonly number[] {
    return this.tickedAtMs.slice(1).map((ms, index) => (ms - this.tickedAtMs[index]!) / 1000)
  }
}

describe('A loop over an environment in which nothing is in flight', () => {
  it('reads one ref a minute, and nothing else', async () => {
    const looped = new Looped()
    await looped.time.pass(10 * 60_000 + 500)
    expect(looped.tickedAtMs).toHaveLength(1)
    expect(looped.tips).toBe(10)
  })

  it('ticks once the branch has changed', async () => {
    const looped = new Looped()
    await looped.time.pass(90_000)
    looped.tip = 'other'
    looped.result = () => found([], { tip: 'other' })
    await looped.time.pass(5 * 60_000)
    expect(looped.tickedAtMs).toHaveLength(2)
    expect(looped.tips).toBe(6)
  })

  it('looks often at what waits for its start, however long it has rested before', async () => {
    const looped = new Looped()
    await looped.time.pass(10 * 60_000)
    looped.tip = 'other'
    looped.result = () => found([waiting(ATTENTION)], { tip: 'other' })
    await looped.time.pass(80_000)
    expect(looped.pauses.slice(1)).toEqual([5, 10])
  })

  it('looks anew at what is broken, which no commit may have mended', async () => {
    const looped = new Looped()
    looped.result = () => found([], { broken: [BROKEN] })
    await looped.time.pass(150_000)
    expect(looped.pauses).toEqual([60, 60])
  })

  it('looks sooner when somebody says that it should', async () => {
    const looped = new Looped()
    await looped.time.pass(5_000)
    looped.loop.look()
    await looped.time.pass(500)
    expect(looped.tips).toBe(1)
  })

  it('has more and more patience with what waits for its start', async () => {
    const looped = new Looped()
    looped.result = () => found([waiting(ATTENTION)])
    await looped.time.pass(250_000)
    expect(looped.pauses).toEqual([5, 10, 20, 40, 60, 60])
  })

  it('is there when a freeze window ends', async () => {
    const looped = new Looped()
    looped.result = () => found([waiting({ ...ATTENTION, untilMs: 1_003_000 })])
    await looped.time.pass(4_000)
    expect(looped.pauses).toEqual([3])
  })
})

describe('A loop while something is in flight', () => {
  it.each([
    [[60], 60],
    [[60, 10], 10],
    [[10, 1], 1],
    [[0.2], 1],
    [[3600], 60],
  ])('with metrics every %j s ticks every %d s', async (intervals, seconds) => {
    const looped = new Looped()
    looped.result = () => found(intervals.map((each) => look(each)))
    await looped.time.pass(3 * seconds * 1000 + 500)
    expect(looped.pauses).toEqual([seconds, seconds, seconds])
    expect(looped.tips).toBe(0)
  })

  it('is there when a hold ends', async () => {
    const looped = new Looped()
    looped.result = () => found([look(10, { ...ATTENTION, untilMs: 1_004_000 })])
    await looped.time.pass(4_500)
    expect(looped.pauses).toEqual([4])
  })

  it('looks again soon after a commit', async () => {
    const looped = new Looped()
    looped.result = () => found([look(60)], { commits: [{ commit: 'c', moves: [] }] })
    await looped.time.pass(2_500)
    expect(looped.pauses).toEqual([1, 1])
  })

  it('looks once however many say so, and not more than once a second', async () => {
    const looped = new Looped()
    looped.result = () => found([look(60)])
    await looped.time.pass(100)
    for (let times = 0; times < 100; times++) {
      looped.loop.look()
      await looped.time.pass(50)
    }
    expect(looped.tickedAtMs.length).toBeLessThanOrEqual(6)
    expect(Math.min(...looped.pauses)).toBe(1)
  })

  it('takes what is said during a tick for said after it', async () => {
    const looped = new Looped()
    const { promise, resolve } = Promise.withResolvers<void>()
    looped.result = async () => {
      await promise
      return found([look(60)])
    }
    await looped.time.pass(1_000)
    looped.loop.look()
    resolve()
    await looped.time.pass(2_000)
    expect(looped.tickedAtMs).toHaveLength(2)
  })
})

describe('A loop that fails', () => {
  it('tries again, later each time, and for ever', async () => {
    const looped = new Looped()
    looped.result = () => Promise.reject(new Error('Git is away'))
    await looped.time.pass(10 * 60_000)
    expect(looped.failures.slice(0, 9)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
    looped.result = () => found([look(1)])
    await looped.time.pass(65_000)
    expect(looped.pauses.at(-1)).toBe(1)
  })

  it('is in no more haste because somebody says so', async () => {
    const looped = new Looped()
    looped.result = () => Promise.reject(new Error('Git is away'))
    await looped.time.pass(20_000)
    const before = looped.tickedAtMs.length
    for (let times = 0; times < 10; times++) {
      looped.loop.look()
      await looped.time.pass(500)
    }
    expect(looped.tickedAtMs.length).toBe(before)
  })

  it('does not go on and on with a key that is refused', async () => {
    const looped = new Looped()
    const error = new RemoteRefusedError('https://git.example.com', 'authentication', '403')
    looped.result = () => Promise.reject(error)
    await looped.time.pass(5 * 60_000)
    expect(looped.failures.slice(0, 3)).toEqual([60_000, 60_000, 60_000])
  })

  it('leaves a host alone for as long as that asks for', async () => {
    const looped = new Looped()
    const error = new RateLimitedError('https://git.example.com', 'slow down', 90_000)
    looped.result = () => Promise.reject(error)
    await looped.time.pass(85_000)
    expect(looped.failures).toEqual([90_000])
    expect(looped.tickedAtMs).toHaveLength(1)
  })
})

describe('A loop that is stopped', () => {
  it('ends what is under way, and begins nothing', async () => {
    const looped = new Looped()
    const { promise, resolve } = Promise.withResolvers<void>()
    let isDone = false
    looped.result = async () => {
      await promise
      isDone = true
      return found([look(1)])
    }
    await looped.time.pass(100)
    const stopped = looped.loop.stop()
    resolve()
    await stopped
    expect(isDone).toBe(true)
    await looped.time.pass(10_000)
    expect(looped.tickedAtMs).toHaveLength(1)
  })

  it('cuts off what takes too long', async () => {
    const time = new VirtualClock()
    const ticks = new EnvironmentTicks({
      tip: async () => 'tip',
      tick: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    const failures: unknown[] = []
    const onFailure = (error: unknown) => void failures.push(error)
    const loop = new RolloutLoop({ ticks, clock: time.clock, onFailure })
    await time.pass(100)
    const cut = new AbortController()
    const stopped = loop.stop(cut.signal)
    cut.abort()
    await stopped
    expect(failures).toEqual([])
    await expect(ticks.tick()).rejects.toMatchObject({ code: 'LOOP_STOPPED' })
  })

  it('does not wait out its pause', async () => {
    const looped = new Looped()
    await looped.time.pass(100)
    await looped.loop.stop()
    expect(looped.time.nowMs).toBeLessThan(1_000)
  })
})

it('ticks of one environment are never two at once, and those who wait share the next one', async () => {
  let running = 0
  let most = 0
  let count = 0
  const ticks = new EnvironmentTicks({
    tip: async () => 'tip',
    tick: async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running -= 1
      return found([], { tip: `tick ${++count}` })
    },
  })
  const first = ticks.tick()
  await Promise.resolve()
  const others = [1, 2, 3].map(() => ticks.tick())
  expect((await first).tip).toBe('tick 1')
  expect((await Promise.all(others)).map(({ tip }) => tip)).toEqual(['tick 2', 'tick 2', 'tick 2'])
  expect(most).toBe(1)
})

it('a tick at rest is a look at the ref for whoever asks, and finds what the last one did', async () => {
  let looks = 0
  let tip = 'first'
  const ticks = new EnvironmentTicks({
    tip: async () => tip,
    tick: async () => {
      looks += 1
      return found([], { tip })
    },
  })
  const first = await ticks.tick()
  expect([await ticks.tick(), await ticks.tick(), looks]).toEqual([first, first, 1])
  tip = 'second'
  expect([await ticks.tick(), looks]).toEqual([{ ...first, tip }, 2])
})
