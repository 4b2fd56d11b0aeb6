import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LatencyMetric, SuccessRateMetric } from '../../rollouts/analysis-metric.ts'
import { verdictOfFailures, verdictOfSlowness } from '../../rollouts/verdict-of-requests.ts'
import { soundPlan } from './plan-fixture.ts'

const [success, latency] = soundPlan.spec.analysis as [SuccessRateMetric, LatencyMetric]
const errorRate = 0.0005
const counts = (bad: number, total: number) => ({ bad, total })

const ofFailures = (canary: ReturnType<typeof counts>, stable?: ReturnType<typeof counts>) => {
  const { outcome, reason } = verdictOfFailures(success, {
    canary,
    ...(stable && { stable }),
    errorRate,
  })
  return [outcome, reason]
}

const slow = (bad: number, total: number, boundaryMs = 400) => ({ bad, total, boundaryMs })
const ofSlowness = (canary: ReturnType<typeof slow>, stable?: ReturnType<typeof slow>) => {
  const { outcome, reason } = verdictOfSlowness(latency, {
    canary,
    ...(stable && { stable }),
    errorRate,
  })
  return [outcome, reason]
}

describe('the verdict on a success rate', () => {
  it('passes with enough requests within the limit, no worse than stable', () => {
    expect(ofFailures(counts(3, 1_204), counts(20, 22_310))).toEqual([
      'pass',
      'success rate 99.75 % of 1,204 requests, at least 99.5 %; stable 99.91 % of 22,310',
    ])
    expect(ofFailures(counts(0, 200))).toEqual([
      'pass',
      'success rate 100 % of 200 requests, at least 99.5 %',
    ])
  })

  it('fails when more fail than chance explains', () => {
    expect(ofFailures(counts(35, 1_204), counts(640, 22_310))).toEqual([
      'fail',
      'success rate 97.09 % of 1,204 requests, below 99.5 %',
    ])
  })

  it('fails within the limit when the canary is plainly worse than stable', () => {
    expect(ofFailures(counts(45, 10_000), counts(10, 90_000))).toEqual([
      'fail',
      "success rate 99.55 % of 10,000 requests, worse than stable's 99.98 % of 90,000",
    ])
  })

  it('does not mind what nobody would notice, however sure it is', () => {
    const [outcome] = ofFailures(counts(2_200, 10_000_000), counts(1_800, 10_000_000))
    expect(outcome).toBe('pass')
  })

  it('waits where the figure is beyond the limit by no more than chance', () => {
    expect(ofFailures(counts(2, 250), counts(3, 2_250))).toEqual([
      'inconclusive',
      'success rate 99.2 % of 250 requests, below 99.5 %, which may still be chance',
    ])
  })

  it('waits for as many requests as the plan asks for, on both tracks', () => {
    expect(ofFailures(counts(1, 199), counts(0, 9_000))).toEqual([
      'inconclusive',
      '199 requests to the canary in the window, fewer than 200',
    ])
    expect(ofFailures(counts(0, 900), counts(0, 12))).toEqual([
      'inconclusive',
      'success rate 100 % of 900 requests, but stable has 12 requests to compare with, fewer than 200',
    ])
  })

  it('needs no minimum of requests for a proof', () => {
    expect(ofFailures(counts(12, 20), counts(0, 180))).toEqual([
      'fail',
      'success rate 40 % of 20 requests, below 99.5 %',
    ])
    expect(ofFailures(counts(1, 1), counts(0, 9))[0]).toBe('inconclusive')
  })

  it('never reads as if it met a limit that it misses', () => {
    const [outcome, reason] = ofFailures(counts(5_001, 1_000_000), counts(5_001, 1_000_000))
    expect(outcome).toBe('inconclusive')
    expect(reason).toContain('success rate 99.49 % of 1,000,000 requests, below 99.5 %')
  })

  it.each([
    counts(3, 2),
    counts(-1, 500),
    counts(Number.NaN, 500),
    counts(0, Number.POSITIVE_INFINITY),
  ])('is inconclusive on what cannot be: %j', (impossible) => {
    expect(ofFailures(impossible)[0]).toBe('inconclusive')
    expect(ofFailures(counts(0, 500), impossible)[0]).toBe('inconclusive')
  })

  it('never gets better by a request that fails', () => {
    const rank = { fail: 0, inconclusive: 1, pass: 2 } as const
    const outcomeOf = (bad: number, total: number) =>
      rank[ofFailures(counts(bad, total), counts(10, 20_000))[0] as keyof typeof rank]
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 200, max: 100_000 }), (bad, total) => {
        fc.pre(bad < total)
        expect(outcomeOf(bad + 1, total)).toBeLessThanOrEqual(outcomeOf(bad, total))
      }),
    )
  })
})

describe('the verdict on a latency', () => {
  it('is about the share of the requests that take longer', () => {
    expect(ofSlowness(slow(3, 1_204), slow(90, 22_310))).toEqual([
      'pass',
      '0.3 % of 1,204 requests took longer than 400 ms, at most 1 %; stable 0.5 % of 22,310',
    ])
    expect(ofSlowness(slow(90, 1_204), slow(90, 22_310))).toEqual([
      'fail',
      '7.5 % of 1,204 requests took longer than 400 ms, more than 1 %',
    ])
  })

  it('says at which bucket a limit between two of them is judged', () => {
    expect(ofSlowness(slow(3, 1_204, 500), slow(90, 22_310, 500))).toEqual([
      'pass',
      '0.3 % of 1,204 requests took longer than 500 ms (the bucket nearest to 400 ms), at most 1 %; stable 0.5 % of 22,310',
    ])
  })

  it('does not compare tracks with other buckets', () => {
    expect(ofSlowness(slow(90, 1_204, 500), slow(90, 22_310, 250))).toEqual([
      'inconclusive',
      'the histograms cannot be compared: the bucket nearest to 400 ms ends at 500 ms on the canary and at 250 ms on stable',
    ])
  })
})
