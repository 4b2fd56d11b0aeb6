import { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import type { z } from 'zod'
import { type AccessLogProps, accessLog } from './access-log.ts'
import { type AnswerErrorProps, answerError } from './answer-error.ts'
import { answerProblem } from './answer-problem.ts'
import { bodyLimit } from './body-limit.ts'
import type { FunctionEnv } from './function-env.ts'
import { headerLimit } from './header-limit.ts'
import type { RequestPart } from './invalid-request.ts'
import type { Limits } from './limits.ts'
import { noSuchRoute } from './no-such-route.ts'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

export interface FunctionAppProps extends AccessLogProps, AnswerErrorProps {
  readonly limits: Limits
  /** What a part of a request means that its schema refused. */
  readonly refuse: (part: RequestPart, error: z.ZodError) => ProblemError
}

/**
 * What all functions have in common: an id and a log entry for each request, limits, and a problem
 * document for each that is not answered otherwise.
 */
export function functionApp(props: FunctionAppProps): OpenAPIHono<FunctionEnv> {
  const { limits, refuse } = props
  const app = new OpenAPIHono<FunctionEnv>({
    defaultHook(result) {
      if (!result.success) throw refuse(result.target as RequestPart, result.error as z.ZodError)
    },
  })
  app.use(requestId())
  app.use(accessLog(props))
  app.use(async function neverStored(c, next) {
    await next()
    c.res.headers.set('Cache-Control', 'no-store')
  })
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => answerProblem(c, methodProblem(c.req.method, methods)),
    }),
  )
  app.use(headerLimit(limits.headerBytes))
  app.use(bodyLimit(limits.bodyBytes))
  app.onError(answerError(props))
  app.notFound((c) => answerProblem(c, noSuchRoute()))
  return app
}

const methodProblem = (method: string, methods: readonly string[]): ProblemError =>
  new ProblemError({
    type: PROBLEMS.methodNotAllowed,
    detail: `${method} cannot be done at this path. Use ${methods.join(' or ')}`,
    retryable: false,
    headers: { Allow: methods.join(', ') },
  })
