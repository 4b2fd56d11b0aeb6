import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestCounts } from '../../rollouts/metrics.ts'
import { evidenceAbove, evidenceWorse, isProven } from '../../rollouts/verdict-evidence.ts'
import { randomOf } from '../leases/simulation/random.ts'

const anyCounts = fc
  .tuple(fc.nat(50_000), fc.nat(50_000))
  .map(([a, b]): RequestCounts => ({ bad: Math.min(a, b), total: Math.max(a, b) }))
const anyShare = fc.double({ min: 0.0001, max: 0.5, noNaN: true })

/** The same ratio request by request, by the rule of succession: no special function in it. */
function evidenceByHand(bad: number, total: number, allowed: number): number {
  const weight = 0.5 / allowed
  let evidence = 0
  for (let seen = 0; seen < total; seen += 1) {
    // In any order; here the bad ones come first.
    const isBad = seen < bad
    const badSeen = Math.min(seen, bad)
    const predicted = (badSeen + 0.5) / (seen + weight)
    evidence += isBad
      ? Math.log(predicted) - Math.log(allowed)
      : Math.log1p(-predicted) - Math.log1p(-allowed)
  }
  return evidence
}

describe('evidence that more is bad than is allowed', () => {
  it.each([
    [10, 200, 0.005],
    [40, 4_000, 0.005],
    [500, 500, 0.001],
    [20_000, 100_000, 0.1],
  ])('is that of a mixture of all rates: %d of %d at %d', (bad, total, allowed) => {
    const byHand = evidenceByHand(bad, total, allowed)
    expect(evidenceAbove({ bad, total }, allowed)).toBeCloseTo(byHand, 5)
  })

  it('is none while no more is bad than is allowed', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anyShare, (total, allowed) => {
        expect(evidenceAbove({ bad: Math.floor(total * allowed), total }, allowed)).toBe(0)
      }),
    )
  })

  it('grows with every bad request and shrinks with every good one', () => {
    fc.assert(
      fc.property(anyCounts, anyShare, ({ bad, total }, allowed) => {
        fc.pre(bad > allowed * (total + 1))
        const before = evidenceAbove({ bad, total }, allowed)
        const slack = 1e-6
        const moreBad = evidenceAbove({ bad: bad + 1, total: total + 1 }, allowed)
        expect(moreBad).toBeGreaterThan(before - slack)
        expect(evidenceAbove({ bad, total: total + 1 }, allowed)).toBeLessThan(before + slack)
      }),
    )
  })

  it('is on average no more than it was before the request, at the rate that is allowed', () => {
    fc.assert(
      fc.property(anyCounts, anyShare, ({ bad, total }, allowed) => {
        fc.pre(bad > allowed * (total + 1))
        const ratio = (counts: RequestCounts) =>
          Math.exp(evidenceAbove(counts, allowed) - evidenceAbove({ bad, total }, allowed))
        const next =
          allowed * ratio({ bad: bad + 1, total: total + 1 }) +
          (1 - allowed) * ratio({ bad, total: total + 1 })
        expect(next).toBeCloseTo(1, 5)
      }),
    )
  })
})

describe('the evidence of one growing sample', () => {
  const ERROR_RATE = 0.1
  const SAMPLES = 1_000
  const REQUESTS = 4_000
  const RATE = 0.02
  /** Three deviations of chance above what is promised. */
  const most = ERROR_RATE + 3 * Math.sqrt((ERROR_RATE * (1 - ERROR_RATE)) / SAMPLES)

  /** Share of the samples whose evidence ever reaches what its error rate asks for. */
  function shareProven(seed: number, evidenceOf: (draw: () => boolean) => () => number): number {
    let proven = 0
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const random = randomOf(seed + sample)
      const next = evidenceOf(() => random() < RATE)
      for (let request = 0; request < REQUESTS; request += 1) {
        if (!isProven(next(), ERROR_RATE)) continue
        proven += 1
        break
      }
    }
    return proven / SAMPLES
  }

  it('reaches a limit of its own no more often than promised, looked at after every request', () => {
    const share = shareProven(7_000, (draw) => {
      let [bad, total] = [0, 0]
      return () => {
        total += 1
        if (!draw()) return 0
        bad += 1
        return evidenceAbove({ bad, total }, RATE)
      }
    })
    console.log(
      `${(share * 100).toFixed(1)} % of ${SAMPLES} samples, promised are ${ERROR_RATE * 100} %`,
    )
    expect(share).toBeLessThanOrEqual(most)
    expect(share).toBeGreaterThan(0)
  })

  it('says that the better track is worse no more often than promised', () => {
    const share = shareProven(9_000, (draw) => {
      const counts = { canary: { bad: 0, total: 0 }, stable: { bad: 0, total: 0 } }
      let turn = 0
      return () => {
        turn += 1
        const track = turn % 4 === 0 ? counts.canary : counts.stable
        track.total += 1
        track.bad += draw() ? 1 : 0
        // Every tenth request is looked at; that is often enough to be found out.
        return turn % 10 === 0 ? evidenceWorse({ ...counts, margin: 0, expected: RATE }) : 0
      }
    })
    console.log(
      `${(share * 100).toFixed(1)} % of ${SAMPLES} pairs, promised are ${ERROR_RATE * 100} %`,
    )
    expect(share).toBeLessThanOrEqual(most)
    expect(share).toBeGreaterThan(0)
  })
})

describe('evidence that the canary is worse than stable', () => {
  const compare = (canary: RequestCounts, stable: RequestCounts, margin = 0.0005) =>
    evidenceWorse({ canary, stable, margin, expected: 0.005 })

  it('is none where the canary is not worse, or is not compared with anything', () => {
    const counts = { bad: 5, total: 1_000 }
    expect(compare(counts, counts)).toBe(0)
    expect(compare(counts, { bad: 50, total: 10_000 })).toBe(0)
    expect(compare(counts, { bad: 46, total: 10_000 })).toBe(0)
    expect(compare(counts, { bad: 0, total: 0 })).toBe(0)
    expect(compare({ bad: 0, total: 0 }, counts)).toBe(0)
  })

  it('proves what is plain to see, and not what may be chance', () => {
    const stable = { bad: 20, total: 20_000 }
    expect(isProven(compare({ bad: 60, total: 1_000 }, stable), 1e-6)).toBe(true)
    expect(isProven(compare({ bad: 4, total: 1_000 }, stable), 0.01)).toBe(false)
  })

  it('is held against the likeliest pair of rates that is acceptable', () => {
    fc.assert(
      fc.property(
        anyCounts,
        anyCounts,
        fc.double({ min: 1e-6, max: 0.9989, noNaN: true }),
        (canary, stable, rate) => {
          const margin = 0.001
          fc.pre(canary.total > 0 && stable.total > 0)
          const evidence = evidenceWorse({ canary, stable, margin, expected: 0.005 })
          fc.pre(evidence !== 0)
          const above = (counts: RequestCounts, at: number) =>
            counts.bad * Math.log(at) + (counts.total - counts.bad) * Math.log1p(-at)
          const against = (at: number) => above(stable, at) + above(canary, at + margin)
          // Any pair of rates explains the counts no better than the one that was found.
          const mixture = mixtureOf(canary) + mixtureOf(stable)
          expect(mixture - against(rate)).toBeGreaterThanOrEqual(evidence - 1e-3)
        },
      ),
    )
  })
})

function mixtureOf({ bad, total }: RequestCounts): number {
  // With the limit's own likelihood taken out again, by the rule of succession.
  const rate = 0.005
  return evidenceByHand(bad, total, rate) + bad * Math.log(rate) + (total - bad) * Math.log1p(-rate)
}
