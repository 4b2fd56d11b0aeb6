import { describe, expect, it } from 'vitest'
import { configured } from '../../../functions/configuration/configuration-error.ts'
import { METRIC_SETTINGS, openMetrics } from '../../../functions/configuration/metric-settings.ts'
import { readYaml } from '../../../functions/configuration/read-yaml.ts'
import { JsonMetrics } from '../../../reconciler/json-metrics.ts'
import type { MeasuredTrack } from '../../../rollouts/metrics.ts'
import { cannedPrometheus, matrix, vector } from '../../reconciler/canned-prometheus.ts'

const env: Record<string, string> = { TOKEN: 'first', KEY: 'secret' }

const open = (yaml: string) =>
  openMetrics(
    { env },
    configured(METRIC_SETTINGS, readYaml(yaml, 'it'), 'it metrics'),
    'it metrics',
  )

const mistakesOf = async (yaml: string) => {
  const error = await Promise.resolve()
    .then(() => open(yaml))
    .catch((error: unknown) => error)
  return (error as { readonly mistakes: readonly string[] }).mistakes
}

describe('Metrics of rollouts', () => {
  it('are in a Prometheus, with a token that may be renewed', async () => {
    const samples = [
      { instance: 'a', status: '200' },
      [
        [1_000, '1'],
        [1_050, '8'],
      ],
    ] as const
    const { url, requests } = await cannedPrometheus(({ path }) =>
      path.endsWith('/query') ? vector('1090') : matrix(samples),
    )
    const metrics = await open(
      `{ type: prometheus, url: '${url}/prom', token: { variable: TOKEN }, source: { type: app, statusLabel: status } }`,
    )
    env.TOKEN = 'second'
    const names = { deployment: 'checkout', service: 'checkout-stable' }
    const track: MeasuredTrack = { namespace: 'shop', app: 'checkout', track: 'stable', ...names }
    const window = { startMs: 1_000_000, endMs: 1_100_000 }
    const counts = await metrics.failures(track, window, new AbortController().signal)
    expect(counts).toMatchObject({ total: 7, bad: 0 })
    expect(requests.map(({ path }) => path).sort()).toEqual([
      '/prom/api/v1/query',
      '/prom/api/v1/query_range',
    ])
    for (const { headers } of requests) expect(headers.authorization).toBe('Bearer second')
  })

  it('are in any store that answers with JSON', async () => {
    const metrics = await open(`
      type: json
      failures: { url: 'https://metrics.example.com/$app', total: /total, bad: /bad }
      headers: { x-api-key: { variable: KEY } }
    `)
    expect(metrics).toBeInstanceOf(JsonMetrics)
  })

  it('are not taken from a gateway that counts both tracks as one', async () => {
    const [mistake, ...others] = await mistakesOf(
      "{ type: prometheus, url: 'http://prometheus:9090', source: { type: envoy-gateway } }",
    )
    expect(others).toEqual([])
    expect(mistake).toContain('it metrics source.type')
    expect(mistake).toContain('makes one cluster of all backends of a rule')
    expect(mistake).toContain('Write type: app, istio, linkerd, traefik, contour')
  })

  it.each([
    ['{ type: graphite }', 'Write type: prometheus or type: json'],
    ['{ type: prometheus, url: prometheus, source: { type: app } }', 'Write an address'],
    ["{ type: prometheus, url: 'http://p', source: { type: constructor } }", 'Write type: app, '],
    [
      "{ type: prometheus, url: 'http://p', source: { type: app, podLabel: 'a-b' } }",
      'Write the name of a label',
    ],
    [
      "{ type: prometheus, url: 'http://p', source: { type: app }, token: { variable: NOBODY } }",
      'it metrics.token: NOBODY has nothing in it',
    ],
    ["{ type: json, values: { url: 'http://$app/', value: '' } }", 'a host without variables'],
    ["{ type: json, values: { url: 'http://a/', value: total } }", 'Write a JSON pointer'],
    ['{ type: json, headers: { x-api-key: { variable: NOBODY } } }', 'headers.x-api-key: NOBODY'],
  ])('%s', async (yaml, mistake) => {
    expect((await mistakesOf(yaml)).join('\n')).toContain(mistake)
  })
})
