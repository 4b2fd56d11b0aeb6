import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { CallMeasure, RequestMeasure, RequestMetrics } from './request-metrics.ts'

export interface PrometheusMetricsProps {
  /** @default a new one, with the metrics of the Node process */
  readonly registry?: Registry
}

/** Seconds. Waiting for a lock takes up to half a minute. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Counts for Prometheus. For servers of Node, which live long enough to be asked. */
export class PrometheusMetrics implements RequestMetrics {
  readonly #registry: Registry
  readonly #requests: Histogram<'method' | 'route' | 'status'>
  readonly #problems: Counter<'route' | 'code'>
  readonly #calls: Histogram<'operation' | 'outcome'>

  constructor({ registry }: PrometheusMetricsProps = {}) {
    this.#registry = registry ?? registryOfProcess()
    const registers = [this.#registry]
    this.#requests = new Histogram({
      name: 'lockstep_http_request_duration_seconds',
      help: 'How long requests took, waiting included',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    })
    this.#problems = new Counter({
      name: 'lockstep_http_problems_total',
      help: 'Requests that were answered by a problem document, by its code',
      labelNames: ['route', 'code'],
      registers,
    })
    this.#calls = new Histogram({
      name: 'lockstep_store_call_duration_seconds',
      help: 'How long calls of the store of Leases took',
      labelNames: ['operation', 'outcome'],
      buckets: BUCKETS,
      registers,
    })
  }

  request({ method, route, status, code, durationMs }: RequestMeasure): void {
    this.#requests.observe({ method, route, status }, durationMs / 1000)
    if (code !== undefined) this.#problems.inc({ route, code })
  }

  call({ operation, outcome, durationMs }: CallMeasure): void {
    this.#calls.observe({ operation, outcome }, durationMs / 1000)
  }

  async page(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}

function registryOfProcess(): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  return register
}
