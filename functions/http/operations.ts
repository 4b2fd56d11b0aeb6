import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Clock } from '../../leases/clock.ts'
import { answerProblem } from './answer-problem.ts'
import { withinDeadline } from './deadline.ts'
import type { FunctionEnv } from './function-env.ts'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'
import type { RequestMetrics } from './request-metrics.ts'

export interface OperationsProps {
  /** Of what the document of the API is about. */
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  /** @throws as long as no request can be answered yet */
  readonly becomeReady: () => Promise<unknown>
  readonly clock: Pick<Clock, 'sleep'>
  /** How long becoming ready may take while somebody asks for it, in milliseconds. */
  readonly limitMs: number
  /** `undefined` where no counts are kept: `/metrics` is not there then. */
  readonly metrics: RequestMetrics | undefined
}

/**
 * What whoever runs a function needs, open to all who reach it: whether it lives, whether it may get
 * requests, its counts, and the document of its API.
 */
export function addOperations(app: OpenAPIHono<FunctionEnv>, props: OperationsProps): void {
  const { info, becomeReady, clock, limitMs, metrics } = props
  app.get('/healthz', (c) => c.json({ status: 'alive' }))
  app.get('/readyz', async (c) => {
    try {
      await withinDeadline({ clock, limitMs, signal: c.req.raw.signal }, late, becomeReady)
    } catch (error) {
      const detail = `${error instanceof Error ? error.message : error}. Requests would fail for that`
      const type = PROBLEMS.notReady
      const problem = { type, detail, retryable: true, retryAfterMs: 1000, cause: error }
      return answerProblem(c, new ProblemError(problem))
    }
    return c.json({ status: 'ready' })
  })
  if (metrics !== undefined) {
    app.get('/metrics', async (c) => {
      const { contentType, text } = await metrics.page()
      return c.body(text, 200, { 'Content-Type': contentType })
    })
  }
  let document: ReturnType<typeof app.getOpenAPI31Document> | undefined
  app.get('/openapi.json', (c) => {
    document ??= app.getOpenAPI31Document({ openapi: '3.1.0', info })
    return c.json(document)
  })
}

const late = (): Error => new Error('What is needed for that did not answer in time')
