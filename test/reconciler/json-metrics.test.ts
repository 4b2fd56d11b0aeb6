import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { JsonMetrics, type JsonMetricsProps } from '../../reconciler/json-metrics.ts'
import type { MeasuredTrack } from '../../rollouts/metrics.ts'
import { listening } from '../kubernetes/listening-server.ts'

const canary: MeasuredTrack = {
  namespace: 'shop',
  app: 'checkout',
  track: 'canary',
  deployment: 'checkout-canary',
  service: 'checkout-canary',
}
const window = { startMs: 1_000_000, endMs: 1_060_500 }
const forever = new AbortController().signal

async function storeWith(answer: unknown, status = 200) {
  const requests: { readonly url: string | undefined; readonly key: unknown }[] = []
  const server = createServer((request, response) => {
    requests.push({ url: request.url, key: request.headers['x-api-key'] })
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  const { port, close } = await listening(server)
  onTestFinished(close)
  return { requests, host: `127.0.0.1:${port}` }
}

const slow = (host: string) => ({
  url: `http://${host}/slow?limit=$limit`,
  total: '/total',
  bad: '/slow',
})

const counted = (host: string): JsonMetricsProps => ({
  failures: {
    url: `http://${host}/v1/$namespace/\${app}?track=$track&from=$start&to=$end&w=$window`,
    total: '/data/0/requests',
    bad: '/data/0/a~1b',
  },
  slowness: slow(host),
  values: { url: `http://${host}/query?q=$query&at=$end`, value: '/value' },
  headers: async () => ({ 'x-api-key': 'secret' }),
})

describe('a metric store that answers with JSON', () => {
  it('counts failures where the pointers point', async () => {
    const { host, requests } = await storeWith({ data: [{ requests: 40, 'a/b': 3 }] })
    const metrics = new JsonMetrics(counted(host))
    expect(await metrics.failures(canary, window, forever)).toEqual({ total: 40, bad: 3 })
    const url = '/v1/shop/checkout?track=canary&from=1000.000&to=1060.500&w=61s'
    expect(requests).toEqual([{ url, key: 'secret' }])
  })

  it('counts what takes longer than the limit, or than what it says', async () => {
    const { host, requests } = await storeWith({ total: 9, slow: 1, limit: 512 })
    const plain = new JsonMetrics(counted(host))
    expect(await plain.slowness(canary, window, 400, forever)).toEqual({
      total: 9,
      bad: 1,
      boundaryMs: 400,
    })
    expect(requests[0]?.url).toBe('/slow?limit=400')
    const exact = new JsonMetrics({ slowness: { ...slow(host), boundaryMs: '/limit' } })
    expect(await exact.slowness(canary, window, 400, forever)).toMatchObject({ boundaryMs: 512 })
  })

  it('is asked once for each instant of a query', async () => {
    const { host, requests } = await storeWith({ value: 7 })
    const metrics = new JsonMetrics(counted(host))
    const asked = {
      track: canary,
      query: 'errors of $deployment & more',
      windowSeconds: 60,
      startMs: 1_000_000,
      stepMs: 10_000,
      count: 2,
    }
    expect(await metrics.values(asked, forever)).toEqual([7, 7])
    expect(requests.map(({ url }) => url).sort()).toEqual([
      '/query?q=errors%20of%20checkout-canary%20%26%20more&at=1000.000',
      '/query?q=errors%20of%20checkout-canary%20%26%20more&at=1010.000',
    ])
  })

  it.each([{}, { value: null }])('has no value for a query where there is %j', async (answer) => {
    const { host } = await storeWith(answer)
    const asked = { track: canary, query: 'q', windowSeconds: 9, startMs: 0, stepMs: 1, count: 1 }
    expect(await new JsonMetrics(counted(host)).values(asked, forever)).toEqual([undefined])
  })

  it.each([
    [{ data: [] }, 200, 'the answer has nothing at /data/0/requests, not a number'],
    [{ data: [{ requests: '40' }] }, 200, 'the answer has "40" at /data/0/requests, not a number'],
    ['sorry', 200, 'did not answer with JSON'],
    [{ error: 'no' }, 500, 'answered 500'],
    [{}, 302, 'answered 302'],
  ])('says why %j is no answer', async (answer, status, message) => {
    const { host } = await storeWith(answer, status)
    const measured = new JsonMetrics(counted(host)).failures(canary, window, forever)
    await expect(measured).rejects.toThrow(message)
    await expect(measured).rejects.toMatchObject({ code: 'METRICS' })
  })

  it('says what it was not told to ask for', async () => {
    const metrics = new JsonMetrics({})
    await expect(metrics.failures(canary, window, forever)).rejects.toThrow(
      'the metric store has no address for failures; set `failures`',
    )
  })

  it.each(['https://$app.example.com/', 'ftp://example.com/', '/metrics', 'https://'])(
    'is not one whose host anybody could change: %s',
    (url) => {
      const values = { url, value: '' }
      expect(() => new JsonMetrics({ values })).toThrow('a host without variables')
    },
  )
})
