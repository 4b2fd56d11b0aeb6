import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Clock } from '../../leases/clock.ts'
import type { FunctionEnv } from './function-env.ts'
import type { LogEntry, LogSink } from './log-sink.ts'
import type { RequestMetrics } from './request-metrics.ts'

export interface AccessLogProps {
  readonly log: LogSink
  readonly metrics: RequestMetrics | undefined
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/**
 * One log entry and one measure for each request. It names the route and never the path or the query:
 * what they say is added by name, by whoever knows that it is no secret.
 */
export const accessLog = ({
  log,
  metrics,
  clock,
}: AccessLogProps): MiddlewareHandler<FunctionEnv> =>
  async function accessLog(c, next) {
    const startedMs = clock.monotonicMs()
    c.set('logged', {})
    c.set('mayHaveWritten', () => false)
    await next()
    const durationMs = clock.monotonicMs() - startedMs
    const { method } = c.req
    const { status } = c.res
    const route = routeOf(routePath(c, -1))
    const { code } = c.var.logged
    metrics?.request({ method, route, status, durationMs, ...(code && { code: String(code) }) })
    log({
      level: levelOf(status),
      message: `${method} ${route} ${status}`,
      fields: {
        requestId: c.var.requestId,
        method,
        route,
        status,
        durationMs: Math.round(durationMs * 1000) / 1000,
        ...c.var.logged,
      },
    })
  }

const levelOf = (status: number): LogEntry['level'] => {
  if (status >= 500) return status === 500 ? 'error' : 'warn'
  return 'info'
}

/** As the document of the API has it. What no route took is one route, however many paths it had. */
const routeOf = (path: string): string =>
  path.includes('*') || path === '' ? 'none' : path.replaceAll(/:(\w+)/g, '{$1}')
