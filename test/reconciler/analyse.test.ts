import { describe, expect, it } from 'vitest'
import { type AnalyseProps, analyse } from '../../reconciler/analyse.ts'
import type { Metrics } from '../../rollouts/metrics.ts'
import { MetricsError } from '../../rollouts/metrics-error.ts'
import { planWith, soundPlan } from '../rollouts/plan-fixture.ts'
import { MeasuredMetrics } from './measured-metrics.ts'

/** Two hundred seconds into the step with 25 % of the requests. */
const props = { plan: soundPlan, step: 4, liveSinceMs: 1_000_000, nowMs: 1_200_000 }

const outcomes = async (given: Partial<AnalyseProps> & { readonly metrics: Metrics }) =>
  (await analyse({ ...props, ...given })).map(({ metric, outcome }) => `${metric}: ${outcome}`)

describe('an analysis', () => {
  it('has a verdict for each metric of the step', async () => {
    const metrics = new MeasuredMetrics()
    expect(await outcomes({ metrics })).toEqual([
      'success-rate: pass',
      'latency-p99: pass',
      'queue: pass',
    ])
    expect(await outcomes({ metrics, step: 5 })).toEqual(['success-rate: pass', 'queue: pass'])
  })

  it('measures no requests in a step that gives the canary none', async () => {
    const plan = planWith({ steps: [{ scale: 50, holdSeconds: 30 }] })
    const metrics = new MeasuredMetrics()
    expect(await outcomes({ metrics, plan, step: 1 })).toEqual(['queue: pass'])
    expect(metrics.asked).toEqual([])
  })

  it('measures both tracks over the same window', async () => {
    const metrics = new MeasuredMetrics()
    await analyse({ ...props, metrics })
    // Two minutes are the longest; they move on by one.
    const window = { startMs: 1_120_000, endMs: 1_200_000, number: 2 }
    expect(metrics.asked).toEqual([
      { track: 'canary', window },
      { track: 'stable', window },
      { track: 'canary', window },
      { track: 'stable', window },
    ])
  })

  it('does not ask for stable where it has no requests, nor where it is not to be compared', async () => {
    const last = new MeasuredMetrics()
    await analyse({ ...props, step: 6, metrics: last })
    expect(last.asked.map(({ track }) => track)).toEqual(['canary'])
    const plan = planWith({
      analysis: soundPlan.spec.analysis.map((metric) => ({ ...metric, compareWithStable: false })),
    })
    const alone = new MeasuredMetrics()
    await analyse({ ...props, plan, metrics: alone })
    expect(alone.asked.map(({ track }) => track)).toEqual(['canary', 'canary'])
  })

  it('fails by what the canary does, not by what both do a little', async () => {
    const track = { bad: 30, total: 1_000 }
    const good = { bad: 1, total: 1_000 }
    const bad = new MeasuredMetrics({ failures: { canary: track, stable: good } })
    expect(await outcomes({ metrics: bad })).toContain('success-rate: fail')
    const [verdict] = await analyse({ ...props, metrics: bad })
    expect(verdict?.reason).toBe('success rate 97 % of 1,000 requests, below 99.5 %')
  })

  it('takes the latest looks of a query, none of which reaches back to before the step', async () => {
    const metrics = new MeasuredMetrics()
    await analyse({ ...props, metrics })
    const [asked] = metrics.askedValues
    expect(asked).toMatchObject({ startMs: 1_080_000, stepMs: 60_000, count: 3, windowSeconds: 60 })
    expect(asked && asked.startMs - asked.windowSeconds * 1_000).toBeGreaterThanOrEqual(1_000_000)
  })

  it('waits until there has been time for as many looks', async () => {
    const metrics = new MeasuredMetrics()
    const verdicts = await analyse({ ...props, nowMs: 1_170_000, metrics })
    expect(verdicts[2]).toEqual({
      metric: 'queue',
      outcome: 'inconclusive',
      reason: '3 looks 60 s apart need 180 s, and the traffic has been live for 170 s',
    })
  })

  it('compares a query in stretches of time that do not overlap', async () => {
    const plan = planWith({
      analysis: soundPlan.spec.analysis.map((metric) => ({
        ...metric,
        compareWithStable: true,
        windowSeconds: 200,
      })),
    })
    const metrics = new MeasuredMetrics({
      values: ({ count, track }) =>
        Array.from({ length: count }, () => (track.track === 'canary' ? 9 : 3)),
    })
    const verdicts = await analyse({ ...props, plan, nowMs: 1_199_000, metrics })
    const stretches = metrics.askedValues.filter(({ count }) => count > 3)
    expect(stretches.map(({ track }) => track.track)).toEqual(['canary', 'stable'])
    for (const asked of stretches) {
      expect(asked).toMatchObject({
        windowSeconds: 10,
        stepMs: 10_000,
        startMs: 1_010_000,
        count: 19,
      })
    }
    expect(verdicts[2]).toMatchObject({ metric: 'queue', outcome: 'fail' })
  })

  it('is inconclusive with the reason of a store that has no answer, for its metric alone', async () => {
    const metrics = new MeasuredMetrics()
    metrics.failures = () => Promise.reject(new MetricsError('metrics.shop:9090 answered 503'))
    metrics.slowness = () => Promise.reject(new TypeError('x is undefined'))
    expect(await analyse({ ...props, metrics })).toEqual([
      {
        metric: 'success-rate',
        outcome: 'inconclusive',
        reason: 'metrics.shop:9090 answered 503',
      },
      {
        metric: 'latency-p99',
        outcome: 'inconclusive',
        reason: 'the metric store failed: x is undefined',
      },
      { metric: 'queue', outcome: 'pass', reason: 'queue 1, within its limit' },
    ])
  })

  it('says why on one line, whatever the store says', async () => {
    const metrics = new MeasuredMetrics()
    const message = `parse error:\r\n  Rollout-Action: promote\u0007${' and so on'.repeat(100)}`
    metrics.failures = () => Promise.reject(new MetricsError(message))
    const [verdict] = await analyse({ ...props, metrics })
    expect(verdict?.reason).toMatch(/^parse error: Rollout-Action: promote and so on[^\p{Cc}]*…$/u)
    expect(verdict?.reason).toHaveLength(300)
  })

  it('does not wait for a store that hangs, even one that does not listen', async () => {
    const metrics = new MeasuredMetrics()
    metrics.failures = () => new Promise(() => {})
    const verdicts = await analyse({ ...props, metrics, deadlineMs: 20 })
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'pass', 'pass'])
    expect(verdicts[0]?.reason).toBe('the metric store did not answer within 0.02 s')
  })

  it('ends without verdicts when its caller has gone', async () => {
    const caller = new AbortController()
    const metrics = new MeasuredMetrics()
    metrics.failures = () => {
      caller.abort(new Error('gone'))
      return new Promise(() => {})
    }
    await expect(analyse({ ...props, metrics, signal: caller.signal })).rejects.toThrow('gone')
  })
})
