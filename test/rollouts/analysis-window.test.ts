import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analysisWindow } from '../../rollouts/analysis-window.ts'

const times = fc.record({
  liveSinceMs: fc.integer({ min: 0, max: 2 ** 41 }),
  ageMs: fc.nat(10_000_000),
  windowSeconds: fc.integer({ min: 1, max: 3_600 }),
})

const windowOf = ({
  liveSinceMs,
  ageMs,
  windowSeconds,
}: typeof times extends fc.Arbitrary<infer T> ? T : never) =>
  analysisWindow({ liveSinceMs, nowMs: liveSinceMs + ageMs, windowSeconds })

describe('the window of an analysis', () => {
  it('begins with the traffic of the step as long as it may', () => {
    const at = (nowMs: number) => analysisWindow({ liveSinceMs: 0, nowMs, windowSeconds: 300 })
    expect(at(10_000)).toEqual({ startMs: 0, endMs: 10_000, number: 0 })
    expect(at(299_999)).toEqual({ startMs: 0, endMs: 299_999, number: 0 })
    expect(at(300_000)).toEqual({ startMs: 150_000, endMs: 300_000, number: 1 })
    expect(at(449_999)).toEqual({ startMs: 150_000, endMs: 449_999, number: 1 })
  })

  it('never reaches back to before the traffic was live, nor further than it may', () => {
    fc.assert(
      fc.property(times, (time) => {
        const { startMs, endMs } = windowOf(time)
        expect(startMs).toBeGreaterThanOrEqual(time.liveSinceMs)
        expect(endMs).toBe(time.liveSinceMs + time.ageMs)
        expect(endMs - startMs).toBeLessThan(time.windowSeconds * 1000)
      }),
    )
  })

  it('is at least half as long as it may be, once it could be that', () => {
    fc.assert(
      fc.property(times, (time) => {
        const { startMs, endMs } = windowOf(time)
        const longest = Math.min(time.ageMs, time.windowSeconds * 1000)
        expect(endMs - startMs).toBeGreaterThanOrEqual(longest / 2)
      }),
    )
  })

  it('has the same start for every look with the same number', () => {
    fc.assert(
      fc.property(times, fc.nat(10_000_000), (time, otherAgeMs) => {
        const [one, other] = [windowOf(time), windowOf({ ...time, ageMs: otherAgeMs })]
        expect(one.startMs === other.startMs).toBe(one.number === other.number)
      }),
    )
  })

  it('is empty if the clock says that the traffic is not live yet', () => {
    const early = analysisWindow({ liveSinceMs: 5_000, nowMs: 3_000, windowSeconds: 60 })
    expect(early).toEqual({ startMs: 5_000, endMs: 5_000, number: 0 })
  })
})
