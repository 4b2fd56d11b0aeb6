import { describe, expect, it } from 'vitest'
import type { SuccessRateMetric } from '../../rollouts/analysis-metric.ts'
import { DEFAULT_ERROR_RATE, errorRateOfTest } from '../../rollouts/error-rate.ts'
import { stepStates } from '../../rollouts/step-state.ts'
import { randomOf } from '../leases/simulation/random.ts'
import { soundPlan } from './plan-fixture.ts'
import { firstFailure, SimulatedTrack } from './simulated-requests.ts'

const metric = (name: string): SuccessRateMetric => ({
  type: 'success-rate',
  name,
  atLeastPercent: 99,
  fromStep: 1,
  windowSeconds: 300,
  intervalSeconds: 1,
  minimumSamples: 100,
  noData: 'hold',
  compareWithStable: true,
})

/** An hour: four steps of a quarter, with two metrics. */
const spec = {
  steps: [
    { weight: 5, holdSeconds: 900 },
    { weight: 25, holdSeconds: 900 },
    { weight: 50, holdSeconds: 900 },
  ],
  analysis: [metric('one'), metric('other')],
}
const SECONDS = 900
const PER_SECOND = 40
/** As bad as is allowed, on both tracks: no good candidate is aborted more easily. */
const ALLOWED = 0.01

/** A rollout of a candidate that is just good enough, looked at every second of an hour. */
function isAborted(seed: number, wholeErrorRate = DEFAULT_ERROR_RATE): boolean {
  const random = randomOf(seed)
  return spec.analysis.some(() =>
    stepStates(spec).some(({ weight }) => {
      const track = (share: number) =>
        new SimulatedTrack(random, SECONDS, (PER_SECOND * share) / 100, ALLOWED)
      const stable = weight < 100 ? { stable: track(100 - weight) } : {}
      return (
        firstFailure({
          spec,
          canary: track(weight),
          ...stable,
          seconds: SECONDS,
          allowed: ALLOWED,
          minimumSamples: 100,
          windowSeconds: 300,
          wholeErrorRate,
        }) !== undefined
      )
    }),
  )
}

/** What an analysis does that asks each time whether there is less than one chance in a hundred. */
function isAbortedNaively(seed: number): boolean {
  const canary = new SimulatedTrack(randomOf(seed), SECONDS, PER_SECOND / 4, ALLOWED)
  for (let second = 10; second <= SECONDS; second += 1) {
    const { bad, total } = canary.counts({ startMs: 0, endMs: second * 1000 })
    const deviation = Math.sqrt(total * ALLOWED * (1 - ALLOWED))
    if ((bad - total * ALLOWED) / deviation > 2.326) return true
  }
  return false
}

const shareOf = (hours: number, first: number, isBad: (seed: number) => boolean): number => {
  let aborted = 0
  for (let seed = first; seed < first + hours; seed += 1) if (isBad(seed)) aborted += 1
  return aborted / hours
}

describe('the error rate', () => {
  it('is of a rollout: hours of looks every second at a candidate that is just good enough', () => {
    const hours = 1_000
    const seed = 20_261
    const share = shareOf(hours, seed, (each) => isAborted(each))
    console.log(
      `A/A: ${share * hours} of ${hours} rollouts aborted, each an hour of 3,600 looks at two metrics; allowed are ${DEFAULT_ERROR_RATE * hours} (seeds from ${seed})`,
    )
    expect(share).toBeLessThanOrEqual(DEFAULT_ERROR_RATE)
  })

  it('is not kept by never aborting: as many as a tenth may be, and some are', () => {
    const share = shareOf(300, 30_000, (seed) => isAborted(seed, 0.1))
    expect(share).toBeLessThanOrEqual(0.1)
    expect(share).toBeGreaterThan(0)
  })

  it('would be many times that if each look were judged by itself', () => {
    expect(shareOf(300, 1, isAbortedNaively)).toBeGreaterThan(5 * DEFAULT_ERROR_RATE)
  })

  it('is shared among metrics, steps and tests', () => {
    // 4 steps, 2 metrics, a test against the limit in each and one against stable in the first three.
    expect(errorRateOfTest(spec, 0) * 14 * 2).toBeCloseTo(DEFAULT_ERROR_RATE, 12)
  })

  it('is shared among windows, however many there are', () => {
    let sum = 0
    for (let window = 0; window < 100_000; window += 1) sum += errorRateOfTest(spec, window) * 14
    expect(sum).toBeLessThan(DEFAULT_ERROR_RATE)
    expect(sum).toBeGreaterThan(0.9999 * DEFAULT_ERROR_RATE)
  })

  it('counts no requests in steps where the canary has none, and no limit of a query', () => {
    // Success rate: 6 steps, in 5 of them beside stable; latency: 3 steps, in each of them both.
    expect(errorRateOfTest(soundPlan.spec, 0, 0.17) * 2).toBeCloseTo(0.17 / 17, 12)
    const warm = { ...soundPlan.spec, steps: [{ scale: 50, holdSeconds: 30 }] }
    // The last step alone, which stable has no part in: two limits.
    expect(errorRateOfTest(warm, 0, 0.17) * 2).toBeCloseTo(0.17 / 2, 12)
  })
})
