import { describe, expect, it } from 'vitest'
import type { QueryMetric } from '../../rollouts/analysis-metric.ts'
import { type MeasuredValues, verdictOfValues } from '../../rollouts/verdict-of-values.ts'
import { soundPlan } from './plan-fixture.ts'

/** At most 100. */
const queue = soundPlan.spec.analysis[2] as QueryMetric

function verdict(measured: Partial<MeasuredValues>, metric: Partial<QueryMetric> = {}) {
  const { outcome, reason } = verdictOfValues(
    { ...queue, ...metric },
    { canary: [80, 90, 70], errorRate: 0.0005, ...measured },
  )
  return [outcome, reason]
}

/** As many stretches, with stable always at 10. */
const beside = (...canary: readonly (number | undefined)[]) => ({
  pairs: { canary, stable: canary.map(() => 10) },
})

describe('the verdict on a query', () => {
  it('passes when each of the looks is within the limit', () => {
    expect(verdict({})).toEqual(['pass', 'queue 70, within its limit'])
  })

  it('fails when all looks in a row are beyond it', () => {
    expect(verdict({ canary: [101, 250, 1234.5] })).toEqual([
      'fail',
      'queue 1,234.5, above 100 for 3 looks in a row',
    ])
    const { atMost: _, ...unlimited } = queue
    expect(
      verdictOfValues({ ...unlimited, atLeast: 5 }, { canary: [1, 2, 3], errorRate: 1 }),
    ).toMatchObject({ outcome: 'fail', reason: 'queue 3, below 5 for 3 looks in a row' })
  })

  it('waits while looks disagree', () => {
    expect(verdict({ canary: [80, 120, 90] })).toEqual([
      'inconclusive',
      'queue 90, beyond its limit in 1 of 3 looks',
    ])
  })

  it.each([
    [[80, undefined, 90], 'the query has no value for 1 of 3 looks'],
    [[undefined, undefined, undefined], 'the query has no value for 3 of 3 looks'],
    [[80, Number.NaN, 90], 'the query answered NaN, which is no number to judge by'],
    [
      [Number.POSITIVE_INFINITY, 1, 1],
      'the query answered Infinity, which is no number to judge by',
    ],
  ])('is inconclusive on %j', (canary, reason) => {
    expect(verdict({ canary })).toEqual(['inconclusive', reason])
  })

  it('asks for samples where the plan does', () => {
    const asking = { samplesQuery: 'count(…)', minimumSamples: 50 }
    expect(verdict({ samples: 50 }, asking)[0]).toBe('pass')
    expect(verdict({ samples: 49, canary: [500, 500, 500] }, asking)).toEqual([
      'inconclusive',
      '49 samples behind the value, fewer than 50',
    ])
    expect(verdict({ samples: Number.NaN }, asking)[0]).toBe('inconclusive')
    expect(verdict({}, asking)).toEqual(['inconclusive', 'the query for samples has no value'])
  })

  it('fails when the canary is worse in so many stretches of time that it is no coin', () => {
    expect(verdict(beside(...Array.from({ length: 20 }, () => 11)))).toEqual([
      'fail',
      'queue 70, worse than on stable in 20 of 20 stretches of time',
    ])
    const half = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 11 : 9))
    expect(verdict(beside(...half))).toEqual([
      'pass',
      'queue 70, within its limit; worse than on stable in 10 of 20 stretches of time',
    ])
    const few = [11, 11, 11, 11, 11]
    expect(verdict(beside(...few))[0]).toBe('pass')
  })

  it('takes the side that has no limit for the good one', () => {
    const higher = beside(...Array.from({ length: 20 }, () => 11))
    const { atMost: _, ...unlimited } = queue
    const measured = { canary: [80, 90, 70], errorRate: 0.0005, ...higher }
    expect(verdictOfValues({ ...unlimited, atLeast: 5 }, measured).outcome).toBe('pass')
    // Within 0 and 100, 50 is the best of all.
    expect(verdict(higher, { atLeast: 0 })[0]).toBe('pass')
  })

  it('learns nothing from equal values, and cannot compare with none', () => {
    expect(verdict(beside(10, 10, 10, 10))[0]).toBe('pass')
    expect(verdict({ pairs: { canary: [1, 2], stable: [undefined, Number.NaN] } })).toEqual([
      'inconclusive',
      'queue 70, but stable has no value to compare with',
    ])
  })
})
