import { expect, it, onTestFinished } from 'vitest'
import { analyse } from '../../reconciler/analyse.ts'
import { PrometheusMetrics } from '../../reconciler/prometheus-metrics.ts'
import type { AnalysisVerdict } from '../../rollouts/analysis-verdict.ts'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'
import { describeWithPrometheus } from '../judges/describe-with-judge.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { MeasuredPod, type MeasuredPodProps } from './measured-pod.ts'
import { PrometheusServer } from './prometheus-server.ts'

const limits = {
  fromStep: 1,
  windowSeconds: 120,
  intervalSeconds: 1,
  minimumSamples: 100,
  noData: 'hold',
  compareWithStable: true,
} as const

/** At most one in a hundred may fail, or take longer than 250 ms. */
const plan = planWith({
  steps: [{ weight: 50, holdSeconds: 60 }],
  analysis: [
    { ...limits, type: 'success-rate', name: 'success-rate', atLeastPercent: 99 },
    { ...limits, type: 'latency', name: 'latency-p99', percentile: 99, belowMs: 200 },
    {
      ...limits,
      type: 'query',
      name: 'up',
      query: 'sum(up{namespace="$namespace", pod=~"$deployment-.*"})',
      atLeast: 1,
      compareWithStable: false,
    },
  ],
})

/** A pod of each track under load, and a Prometheus that scrapes them. */
async function release(canaryProps: Partial<MeasuredPodProps>) {
  const running = new AsyncDisposableStack()
  onTestFinished(() => running.disposeAsync())
  const pod = async (name: string, props: Partial<MeasuredPodProps>) =>
    running.use(await MeasuredPod.start({ ...props, name, port: await freePort() }))
  const stable = await pod('checkout-7d9f8c6b5-x2k4z', {})
  const canary = await pod('checkout-canary-58c9f7d6bb-qwrtz', canaryProps)
  const prometheus = running.use(await PrometheusServer.start([stable.target, canary.target]))
  const metrics = new PrometheusMetrics({ url: prometheus.url, source: { type: 'app' } })
  const liveSinceMs = Date.now()
  const load = new AbortController()
  const clients = Promise.all([stable, canary].map((each) => each.serve(load.signal)))
  const stopLoad = () => {
    load.abort()
    return clients
  }
  running.defer(async () => {
    await stopLoad()
  })
  const look = () => analyse({ metrics, plan, step: 1, liveSinceMs, nowMs: Date.now() })
  return { stable, prometheus, metrics, liveSinceMs, look, stopLoad }
}

const outcomes = (verdicts: readonly AnalysisVerdict[]) => verdicts.map(({ outcome }) => outcome)

describeWithPrometheus(() => {
  it('sees that a canary is good, also over the restart of a pod', async () => {
    const { look, stable } = await release({})
    const isGood = (verdicts: readonly AnalysisVerdict[]) =>
      outcomes(verdicts).every((outcome) => outcome === 'pass')
    const [success, latency] = await eventually('a good canary passes', look, isGood)
    expect(success?.reason).toMatch(
      /^success rate 100 % of [\d,]+ requests, at least 99 %; stable 100 % of [\d,]+$/,
    )
    expect(latency?.reason).toMatch(
      /^[\d.]+ % of [\d,]+ requests took longer than 250 ms \(the bucket nearest to 200 ms\), at most 1 %; stable /,
    )
    await stable.restart()
    const [after] = await eventually('it passes after the restart', look, isGood)
    expect(after?.reason).toContain('stable 100 %')
  })

  it('sees that a canary fails', async () => {
    const { look } = await release({ failing: 5 })
    const [success] = await eventually(
      'a bad canary fails',
      look,
      (verdicts) => outcomes(verdicts)[0] === 'fail',
    )
    expect(success?.reason).toMatch(
      /^success rate (79|8\d)[\d.]* % of [\d,]+ requests, below 99 %$/,
    )
  })

  it('sees that a canary is slow, and that it does not fail', async () => {
    const { look } = await release({ slow: 5 })
    const verdicts = await eventually('a slow canary fails', look, (seen) => {
      const [success, latency] = outcomes(seen)
      return success === 'pass' && latency === 'fail'
    })
    expect(verdicts[1]?.reason).toMatch(
      /^(1[5-9]|2\d)[\d.]* % of [\d,]+ requests took longer than 250 ms \(the bucket nearest to 200 ms\), more than 1 %$/,
    )
  })

  it('counts requests as they were, and none twice', async () => {
    const { metrics, look, liveSinceMs, stopLoad } = await release({})
    await eventually('there is a verdict', look, (seen) => outcomes(seen)[1] === 'pass')
    const [answered] = await stopLoad()
    const track = {
      ...{ namespace: 'shop', app: 'checkout', track: 'stable' as const },
      ...plan.spec.tracks.stable,
    }
    const count = () =>
      metrics.slowness(
        track,
        { startMs: liveSinceMs, endMs: Date.now() },
        200,
        new AbortController().signal,
      )
    // The histogram is there before the first request, so that none is missed.
    const counted = await eventually('all are scraped', count, ({ total }) => total === answered)
    expect(counted.total).toBeGreaterThan(100)
  })

  it('has no verdict once Prometheus is gone', async () => {
    const { look, prometheus } = await release({ failing: 2 })
    await eventually('there are verdicts', look, (seen) => {
      const [success, , up] = outcomes(seen)
      return success === 'fail' && up === 'pass'
    })
    await prometheus.stop()
    const verdicts = await look()
    expect(outcomes(verdicts)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    for (const { reason } of verdicts) expect(reason).toContain('cannot be reached')
  })
})
