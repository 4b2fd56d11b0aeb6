import { createServer } from 'node:http'
import { listening } from '../../kubernetes/listening-server.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** A metric store that answers with JSON what was counted at a proxy. */
export class ServedMetrics implements AsyncDisposable {
  /** As `lockstep serve` is told of it. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly #close: () => Promise<void>

  private constructor(port: number, close: () => Promise<void>) {
    const window = 'service=$service&start=$start&end=$end'
    const url = `http://127.0.0.1:${port}/failures?${window}`
    this.settings = { type: 'json', failures: { url, total: '/total', bad: '/bad' } }
    this.#close = close
  }

  static async start(metrics: ProxyMetrics): Promise<ServedMetrics> {
    const server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
      const ms = (name: string) => Number(searchParams.get(name)) * 1000
      const track = { service: searchParams.get('service') ?? '' }
      const window = { startMs: ms('start'), endMs: ms('end') }
      metrics.failures(track, window).then(
        (counts) => response.end(JSON.stringify(counts)),
        () => response.writeHead(503).end(),
      )
    })
    const { port, close } = await listening(server)
    return new ServedMetrics(port, close)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}
