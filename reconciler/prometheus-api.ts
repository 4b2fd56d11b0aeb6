import { isRecord } from '../manifests/kubernetes-object.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import { fetchJson, type JsonAnswer } from './fetch-json.ts'

export interface PrometheusApiProps {
  /** With the path in front of `/api/v1`, if there is one. */
  readonly url: string
  /** For the header `Authorization`, asked before every request. @default - there is none */
  readonly token?: () => string | Promise<string>
  /** Further ones, as `X-Scope-OrgID`. @default - there are none */
  readonly headers?: Readonly<Record<string, string>>
  /** Longest time that a query may take at the server. @default 5000 */
  readonly timeoutMs?: number
  /** @default the platform's */
  readonly fetch?: typeof fetch
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Oldest first. */
  readonly points: readonly Point[]
}

export interface Point {
  readonly atMs: number
  readonly value: number
}

export interface Instants {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

/** The two queries of Prometheus' HTTP API, which Thanos, Mimir and VictoriaMetrics have as well. */
export class PrometheusApi {
  readonly #url: string
  readonly #token: PrometheusApiProps['token']
  readonly #headers: Readonly<Record<string, string>>
  readonly #timeoutMs: number
  readonly #fetch: typeof fetch

  constructor({
    url,
    token,
    headers = {},
    timeoutMs = 5_000,
    fetch = globalThis.fetch,
  }: PrometheusApiProps) {
    this.#url = url.replace(/\/+$/, '')
    this.#token = token
    this.#headers = headers
    this.#timeoutMs = timeoutMs
    this.#fetch = fetch
  }

  /** @throws {MetricsError} */
  instant(query: string, atMs: number, signal: AbortSignal): Promise<readonly Series[]> {
    return this.#ask('query', { query, time: seconds(atMs) }, signal)
  }

  /** @throws {MetricsError} */
  range(
    query: string,
    { startMs, endMs, stepMs }: Instants,
    signal: AbortSignal,
  ): Promise<readonly Series[]> {
    const times = { start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) }
    return this.#ask('query_range', { query, ...times }, signal)
  }

  async #ask(
    path: 'query' | 'query_range',
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly Series[]> {
    const token = await this.#token?.()
    const answer = await fetchJson({
      fetch: this.#fetch,
      url: `${this.#url}/api/v1/${path}`,
      init: {
        // Queries may be longer than what proxies take in an address.
        method: 'POST',
        headers: { ...this.#headers, ...(token && { authorization: `Bearer ${token}` }) },
        body: new URLSearchParams({ ...parameters, timeout: `${this.#timeoutMs}ms` }),
      },
      signal,
    })
    return seriesIn(answer)
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function seriesIn({ status, body, host }: JsonAnswer): readonly Series[] {
  if (!isRecord(body) || !isRecord(body.data)) {
    const why = isRecord(body) && typeof body.error === 'string' ? `: ${body.error}` : ''
    throw new MetricsError(`${host} answered ${status}${why}`)
  }
  const { warnings, data } = body
  // A store of several parts warns when some did not answer: a part of the requests is no sample.
  if (Array.isArray(warnings) && warnings.length > 0) {
    throw new MetricsError(`${host} answered with a warning: ${String(warnings[0])}`)
  }
  if (!Array.isArray(data.result) || !['matrix', 'vector'].includes(String(data.resultType))) {
    throw new MetricsError(`${host} answered with a ${String(data.resultType)}, not with series`)
  }
  return data.result.map((series) => readSeries(series, host))
}

function readSeries(series: unknown, host: string): Series {
  if (!isRecord(series) || !isRecord(series.metric)) throw malformed(host)
  if ('histogram' in series || 'histograms' in series) {
    throw new MetricsError(
      `${host} answered with a native histogram, which is not read; keep the classic one beside it (always_scrape_classic_histograms)`,
    )
  }
  const points = 'value' in series ? [series.value] : series.values
  if (!Array.isArray(points)) throw malformed(host)
  return {
    labels: series.metric as Series['labels'],
    points: points.map((point) => readPoint(point, host)),
  }
}

function readPoint(point: unknown, host: string): Point {
  if (!Array.isArray(point) || typeof point[0] !== 'number' || typeof point[1] !== 'string') {
    throw malformed(host)
  }
  return { atMs: Math.round(point[0] * 1000), value: readNumber(point[1]) }
}

/** `+Inf` and `-Inf` are no numbers of JavaScript's. */
const readNumber = (text: string): number =>
  text === '' ? Number.NaN : Number(text.replace('Inf', 'Infinity'))

const malformed = (host: string): MetricsError =>
  new MetricsError(`${host} does not answer as Prometheus does; look at the address`)
