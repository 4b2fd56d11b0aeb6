import { describe, expect, it } from 'vitest'
import type { MetricSource } from '../../reconciler/metric-queries.ts'
import {
  PrometheusMetrics,
  type PrometheusMetricsProps,
} from '../../reconciler/prometheus-metrics.ts'
import type { MeasuredTrack } from '../../rollouts/metrics.ts'
import { freePort } from '../control-plane/free-port.ts'
import {
  type CannedAnswer,
  type CannedRequest,
  cannedPrometheus,
  matrix,
  vector,
} from './canned-prometheus.ts'

const canary: MeasuredTrack = {
  namespace: 'shop',
  app: 'checkout',
  track: 'canary',
  deployment: 'checkout-canary',
  service: 'checkout-canary',
}
const window = { startMs: 1_000_000, endMs: 1_100_000 }
const forever = new AbortController().signal

type Answers = Readonly<Record<'query' | 'query_range', CannedAnswer>>

/** With the newest sample five seconds old. */
const fresh = vector('1095')

async function metricsWith(
  answers: Partial<Answers> | ((request: CannedRequest) => CannedAnswer),
  props: Partial<PrometheusMetricsProps> = {},
) {
  const given = { query: fresh, query_range: matrix(), ...answers }
  const server = await cannedPrometheus(
    typeof answers === 'function'
      ? answers
      : ({ path }) => (path.endsWith('/query') ? given.query : given.query_range),
  )
  const source: MetricSource = { type: 'app' }
  return { ...server, metrics: new PrometheusMetrics({ url: server.url, source, ...props }) }
}

const series = (labels: Readonly<Record<string, string>>, ...values: readonly number[]) =>
  [
    { instance: '10.0.0.1:8080', ...labels },
    values.map((value, index) => [1_000 + index * 50, String(value)] as const),
  ] as const

describe('requests in Prometheus', () => {
  it('are asked for by process, over the whole window, with what came before the last look', async () => {
    const { metrics, requests, url } = await metricsWith(
      {
        query_range: matrix(
          series({ code: '200' }, 100, 150, 300),
          series({ code: '500' }, 4, 4, 9),
        ),
      },
      { token: async () => 'secret', headers: { 'X-Scope-OrgID': 'shop' } },
    )
    expect(await metrics.failures(canary, window, forever)).toEqual({
      total: 205,
      bad: 5,
      countedUntilMs: 1_095_000,
    })
    const [range] = requests.filter(({ path }) => path === '/api/v1/query_range')
    expect(Object.fromEntries(range?.parameters ?? [])).toEqual({
      query:
        'sum by (instance, code, status, status_code) (http_requests_total{namespace="shop",pod=~"checkout-canary-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}"})',
      start: '1000.000',
      end: '1099.960',
      step: '1.666',
      timeout: '5000ms',
    })
    expect(range?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-scope-orgid': 'shop',
      host: new URL(url).host,
    })
  })

  it('never reach further back than the window, whatever its length', async () => {
    const { metrics, requests } = await metricsWith({
      query_range: matrix(series({ code: '200' }, 1)),
    })
    for (const lengthMs of [0, 1, 999, 1_000, 7_777, 300_000, 3_600_000]) {
      const endMs = 1_000_000 + lengthMs
      await metrics.failures(canary, { startMs: 1_000_000, endMs }, forever).catch(() => {})
      const asked = requests.findLast(({ path }) => path.endsWith('range'))?.parameters
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(asked?.get(name)))
      expect(start).toBe(1_000)
      expect(end).toBeLessThanOrEqual(endMs / 1000)
      expect(endMs / 1000 - (end ?? 0)).toBeLessThan(0.06)
      expect(((end ?? 0) - 1_000) / (step ?? 0)).toBeLessThan(61)
    }
  })

  it('are judged at the bucket nearest to the limit', async () => {
    const buckets = (...boundaries: readonly [string, number][]) =>
      matrix(...boundaries.map(([le, count]) => series({ le }, 0, count)))
    const slowness = async (limitMs: number, ...boundaries: readonly [string, number][]) =>
      (await metricsWith({ query_range: buckets(...boundaries) })).metrics.slowness(
        canary,
        window,
        limitMs,
        forever,
      )
    const usual = [
      ['0.25', 80],
      ['0.5', 95],
      ['1.0', 99],
      ['+Inf', 100],
    ] as const
    expect(
      await slowness(400, ...usual.map(([le, count]) => [le, count] as [string, number])),
    ).toMatchObject({ total: 100, bad: 5, boundaryMs: 500 })
    expect(await slowness(300, ['0.25', 80], ['0.5', 95], ['+Inf', 100])).toMatchObject({
      boundaryMs: 250,
      bad: 20,
    })
    await expect(slowness(400, ['0.1', 5], ['10', 95], ['+Inf', 100])).rejects.toThrow(
      'http_request_duration_seconds_bucket has no boundary near 400 ms; add a bucket that ends there',
    )
  })

  it('use only boundaries that all processes have', async () => {
    const { metrics } = await metricsWith({
      query_range: matrix(
        series({ le: '0.4' }, 0, 90),
        series({ le: '0.5' }, 0, 95),
        series({ le: '+Inf' }, 0, 100),
        series({ le: '0.5', instance: '10.0.0.2:8080' }, 0, 50),
        series({ le: '+Inf', instance: '10.0.0.2:8080' }, 0, 50),
      ),
    })
    const counts = await metrics.slowness(canary, window, 400, forever)
    expect(counts).toMatchObject({ total: 150, bad: 5, boundaryMs: 500 })
  })

  it('that do not come with a status are no requests that went well', async () => {
    const { metrics } = await metricsWith({ query_range: matrix(series({ method: 'GET' }, 1, 2)) })
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow(
      "http_requests_total has none as HTTP status in its label code, status, status_code; set the source's statusLabel",
    )
    const named = await metricsWith(
      { query_range: matrix(series({ result: 'ok' }, 1, 2)) },
      { source: { type: 'app', statusLabel: 'result' } },
    )
    await expect(named.metrics.failures(canary, window, forever)).rejects.toThrow(
      'has "ok" as HTTP status',
    )
  })

  it('have a reason where there are none', async () => {
    const { metrics } = await metricsWith({})
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow(
      'no request has been counted yet, or it has other labels than http_requests_total{namespace="shop",pod=~"',
    )
  })

  it.each([
    [
      '1005',
      'the newest sample of http_requests_total is 95 s old; look whether it is still scraped',
    ],
    [
      undefined,
      'the newest sample of http_requests_total is gone; look whether it is still scraped',
    ],
    ['NaN', 'the newest sample of http_requests_total is gone; look whether it is still scraped'],
  ])('are no answer when the newest was counted at %s', async (newest, message) => {
    const { metrics } = await metricsWith({
      query: vector(newest),
      query_range: matrix(series({ code: '200' }, 0, 500)),
    })
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow(message)
  })

  it.each(['NaN', '+Inf', '-Inf', '-3', '', 'many'])('are not counted by %j', async (value) => {
    const { metrics } = await metricsWith({
      query_range: matrix([{ instance: 'a', code: '200' }, [[1_000, value]]]),
    })
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow('which no counter is')
  })
})

describe('a Prometheus without an answer', () => {
  const histogram = { metric: {}, histograms: [[1_000, { count: '3', sum: '1' }]] }
  const data = (result: unknown, resultType = 'matrix') => ({
    status: 'success',
    data: { resultType, result },
  })

  it.each<[string, CannedAnswer, string]>([
    [
      'refuses',
      [503, { status: 'error', error: 'query timed out' }],
      'answered 503: query timed out',
    ],
    ['is no Prometheus', [200, '<html>'], 'answered 200'],
    ['sends us elsewhere', [302, ''], 'answered 302'],
    [
      'has only a part',
      [200, { ...data([]), warnings: ['store-2 is down'] }],
      'answered with a warning: store-2 is down',
    ],
    [
      'answers with a text',
      [200, data('hello', 'string')],
      'answered with a string, not with series',
    ],
    [
      'answers with nonsense',
      [200, data([{ metric: {}, values: 3 }])],
      'does not answer as Prometheus does',
    ],
    ['answers with nothing', [200, data([null])], 'does not answer as Prometheus does'],
    [
      'answers with points of nothing',
      [200, data([{ metric: {}, values: [[1]] }])],
      'does not answer as Prometheus does',
    ],
    [
      'has native histograms',
      [200, data([histogram])],
      'answered with a native histogram, which is not read',
    ],
    ['never ends', [200, 'x'.repeat(17 * 1024 * 1024)], 'answered with more than 16777216 bytes'],
  ])('that %s says so', async (_, answer, message) => {
    const { metrics, url } = await metricsWith({ query: answer, query_range: answer })
    await expect(metrics.slowness(canary, window, 400, forever)).rejects.toThrow(message)
    await expect(metrics.slowness(canary, window, 400, forever)).rejects.toThrow(new URL(url).host)
    await expect(metrics.slowness(canary, window, 400, forever)).rejects.toMatchObject({
      code: 'METRICS',
    })
  })

  it('because it is down says so, and never shows the path', async () => {
    const port = await freePort()
    const metrics = new PrometheusMetrics({
      url: `http://127.0.0.1:${port}/secret`,
      source: { type: 'app' },
    })
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow(
      new RegExp(`^127.0.0.1:${port} cannot be reached: `),
    )
  })

  it('ends when it is told to', async () => {
    const { metrics } = await metricsWith(() => undefined)
    const caller = new AbortController()
    const measured = metrics.failures(canary, window, caller.signal)
    caller.abort(new Error('enough'))
    await expect(measured).rejects.toThrow('enough')
  })
})

describe('the values of a query', () => {
  const asked = {
    track: canary,
    query: 'max(queue{pod=~"$deployment-.*"}[$window])',
    windowSeconds: 60,
    startMs: 1_000_000,
    stepMs: 50_000,
    count: 3,
  }

  it('are those at the instants that were asked for', async () => {
    const { metrics, requests } = await metricsWith({
      query_range: matrix([
        {},
        [
          [1_000, '3'],
          [1_100, 'NaN'],
        ],
      ]),
    })
    expect(await metrics.values(asked, forever)).toEqual([3, undefined, Number.NaN])
    expect(Object.fromEntries(requests[0]?.parameters ?? [])).toEqual({
      query: 'max(queue{pod=~"checkout-canary-.*"}[60s])',
      start: '1000.000',
      end: '1100.000',
      step: '50.000',
      timeout: '5000ms',
    })
  })

  it('are none where the answer is empty', async () => {
    const { metrics } = await metricsWith({})
    expect(await metrics.values(asked, forever)).toEqual([undefined, undefined, undefined])
  })

  it('are of one series', async () => {
    const { metrics } = await metricsWith({
      query_range: matrix([{ a: '1' }, []], [{ a: '2' }, []]),
    })
    await expect(metrics.values(asked, forever)).rejects.toThrow(
      'the query answers with 2 series, not with one; put sum() or max() around it',
    )
  })
})
