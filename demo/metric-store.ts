import { createServer, type Server } from 'node:http'
import { pause } from '../cli/pause.ts'
import { counterIncrease } from '../reconciler/counter-increase.ts'
import type { JsonCounts } from '../reconciler/json-metrics.ts'
import type { Point, Series } from '../reconciler/prometheus-api.ts'
import { listen } from './listen.ts'
import type { LocalCluster } from './local-cluster.ts'

/** Requests that the pods of a Deployment answered. */
export interface Counts {
  readonly total: number
  /** Those with a status of 500 and above. */
  readonly bad: number
}

const SCRAPE_MS = 200
const REQUESTS = 'http_requests_total'

/**
 * A store of what pods say of themselves: it reads their `/metrics` again and again, as Prometheus
 * does, and answers with JSON how many requests the pods of a Deployment answered in a window.
 */
export class MetricStore implements AsyncDisposable {
  readonly #cluster: LocalCluster
  readonly #server: Server
  readonly #series = new Map<string, Series & { readonly points: Point[] }>()

  private constructor(cluster: LocalCluster) {
    this.#cluster = cluster
    this.#server = createServer(({ url = '' }, response) => {
      const asked = new URL(url, 'http://127.0.0.1').searchParams
      const counts = this.counts(asked.get('deployment') ?? '', {
        startMs: Number(asked.get('start')) * 1000,
        endMs: Number(asked.get('end')) * 1000,
      })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts))
    })
  }

  static async start(cluster: LocalCluster): Promise<MetricStore> {
    const store = new MetricStore(cluster)
    await listen(store.#server)
    return store
  }

  /** How the settings of a rollout say that it is asked. */
  get failures(): JsonCounts {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : address
    return {
      url: `http://127.0.0.1:${port}/counts?deployment=$deployment&start=$start&end=$end`,
      total: '/total',
      bad: '/bad',
    }
  }

  /** Of all pods that the Deployment has had in the window. */
  counts(deployment: string, window: { readonly startMs: number; readonly endMs: number }): Counts {
    const series = [...this.#series.values()]
      .filter(({ labels }) => labels.deployment === deployment)
      .map(({ labels, points }) => ({
        labels,
        points: points.filter(({ atMs }) => window.startMs <= atMs && atMs <= window.endMs),
      }))
    const increases = counterIncrease(series, {
      name: REQUESTS,
      processLabel: 'pod',
      classOf: ({ code = '' }) => (code.startsWith('5') ? 'bad' : 'good'),
    })
    const sum = (name: string) =>
      increases.reduce((total, increase) => total + (increase.get(name) ?? 0), 0)
    return { total: sum('good') + sum('bad'), bad: sum('bad') }
  }

  /** Runs until it is told to end. */
  async scrape(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await Promise.all(
        this.#cluster.pods().map(async ({ deployment, pod }) => {
          const text = await textOf(`http://127.0.0.1:${pod.port}/metrics`)
          if (text !== undefined) this.#take(text, { deployment, pod: pod.name }, Date.now())
        }),
      )
      await pause(SCRAPE_MS, signal)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    await promise
  }

  /** A pod that has answered nothing yet has counted nothing, which is a count. */
  #take(text: string, labels: Readonly<Record<string, string>>, atMs: number): void {
    const counts = new Map([['200', 0]])
    for (const [, code = '', count] of text.matchAll(SAMPLE)) counts.set(code, Number(count))
    for (const [code, value] of counts) {
      const key = JSON.stringify([labels, code])
      const series = this.#series.get(key) ?? { labels: { ...labels, code }, points: [] }
      series.points.push({ atMs, value })
      this.#series.set(key, series)
    }
  }
}

const SAMPLE = new RegExp(`^${REQUESTS}\\{code="(\\d+)"\\} (\\d+)$`, 'gm')

/** `undefined` if the pod is gone by now. */
async function textOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url)
    return response.ok ? await response.text() : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
