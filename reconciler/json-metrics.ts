import type {
  AskedValues,
  MeasuredTrack,
  Metrics,
  RequestCounts,
  SlowRequestCounts,
  TimeWindow,
} from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'
import { fetchJson } from './fetch-json.ts'
import { pointedAt } from './json-pointer.ts'
import { fillVariables, queryVariables, type Variables } from './query-variables.ts'

/**
 * Any store that answers GET with JSON. What it is not told how to ask for is inconclusive.
 *
 * Addresses may hold `$namespace`, `$app`, `$track`, `$deployment`, `$service` and `$window`, the ends
 * of the window as `$start` and `$end` in seconds since 1970, `$limit` in milliseconds for
 * `slowness`, and `$query` for `values`; each is filled in as one component of an address.
 */
export interface JsonMetricsProps {
  /** How the requests of a track, and those that failed, are counted. */
  readonly failures?: JsonCounts
  /** How the requests of a track, and those longer than `$limit`, are counted. */
  readonly slowness?: JsonSlowCounts
  /** How a query of the plan is answered. */
  readonly values?: JsonValue
  /** Asked before every request, as they hold secrets. @default - there are none */
  readonly headers?: () => Headers | Promise<Headers>
  /** @default the platform's */
  readonly fetch?: typeof fetch
}

type Headers = Readonly<Record<string, string>>

export interface JsonCounts {
  /** Its host must be written out. */
  readonly url: string
  /** JSON pointers to whole numbers: how many requests there were, and how many of them were bad. */
  readonly total: string
  readonly bad: string
}

export interface JsonSlowCounts extends JsonCounts {
  /** JSON pointer to what counted as too long, in milliseconds. @default - the limit itself */
  readonly boundaryMs?: string
}

export interface JsonValue {
  readonly url: string
  /** JSON pointer to a number. */
  readonly value: string
}

/** Metrics of a store with an interface of its own. */
export class JsonMetrics implements Metrics {
  readonly #props: JsonMetricsProps
  readonly #fetch: typeof fetch

  /** @throws {RangeError} if an address names no host */
  constructor(props: JsonMetricsProps) {
    for (const asked of [props.failures, props.slowness, props.values]) {
      if (asked !== undefined) checkAddress(asked.url)
    }
    this.#props = props
    this.#fetch = props.fetch ?? globalThis.fetch
  }

  async failures(
    track: MeasuredTrack,
    window: TimeWindow,
    signal: AbortSignal,
  ): Promise<RequestCounts> {
    const asked = configured(this.#props.failures, 'failures')
    const answer = await this.#get(asked.url, windowVariables(track, window), signal)
    return { total: numberAt(answer, asked.total), bad: numberAt(answer, asked.bad) }
  }

  async slowness(
    track: MeasuredTrack,
    window: TimeWindow,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<SlowRequestCounts> {
    const asked = configured(this.#props.slowness, 'slowness')
    const variables = { ...windowVariables(track, window), limit: String(limitMs) }
    const answer = await this.#get(asked.url, variables, signal)
    return {
      total: numberAt(answer, asked.total),
      bad: numberAt(answer, asked.bad),
      boundaryMs: asked.boundaryMs === undefined ? limitMs : numberAt(answer, asked.boundaryMs),
    }
  }

  async values(
    { track, query, windowSeconds, startMs, stepMs, count }: AskedValues,
    signal: AbortSignal,
  ): Promise<readonly (number | undefined)[]> {
    const asked = configured(this.#props.values, 'values')
    const ends = Array.from({ length: count }, (_, index) => startMs + index * stepMs)
    return Promise.all(
      ends.map(async (endMs) => {
        const window = { startMs: endMs - windowSeconds * 1000, endMs }
        const filled = windowVariables(track, window)
        const variables = { ...filled, query: fillVariables(query, filled, (value) => value) }
        const answer = await this.#get(asked.url, variables, signal)
        const value = pointedAt(answer, asked.value)
        return value === undefined || value === null ? undefined : numberAt(answer, asked.value)
      }),
    )
  }

  async #get(template: string, variables: Variables, signal: AbortSignal): Promise<unknown> {
    const url = fillVariables(template, variables, encodeURIComponent)
    const headers = { accept: 'application/json', ...(await this.#props.headers?.()) }
    const { status, body, host } = await fetchJson({
      fetch: this.#fetch,
      url,
      init: { headers },
      signal,
    })
    if (status !== 200) throw new MetricsError(`${host} answered ${status}`)
    if (body === undefined) throw new MetricsError(`${host} did not answer with JSON`)
    return body
  }
}

/** The credentials go to the host: no variable may have a say in which it is. */
function checkAddress(url: string): void {
  if (/^https?:\/\/[^/?#$]+([/?]|$)/.test(url)) return
  throw new RangeError(`'${url}' must begin with http:// or https:// and a host without variables`)
}

function configured<Asked>(asked: Asked | undefined, name: string): Asked {
  if (asked !== undefined) return asked
  throw new MetricsError(`the metric store has no address for ${name}; set \`${name}\``)
}

function windowVariables(track: MeasuredTrack, { startMs, endMs }: TimeWindow): Variables {
  const seconds = Math.round((endMs - startMs) / 1000)
  return {
    ...queryVariables(track, seconds),
    start: (startMs / 1000).toFixed(3),
    end: (endMs / 1000).toFixed(3),
  }
}

function numberAt(answer: unknown, pointer: string): number {
  const value = pointedAt(answer, pointer)
  if (typeof value === 'number') return value
  const seen = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
  throw new MetricsError(`the answer has ${seen} at ${pointer}, not a number`)
}
