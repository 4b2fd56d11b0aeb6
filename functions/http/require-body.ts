import type { MiddlewareHandler } from 'hono'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

/**
 * Refuses requests without a body. Hono takes none for an empty object, which is what a route checks
 * then whose fields are all optional.
 */
export const requireBody: MiddlewareHandler = async function requireBody(c, next) {
  if (c.req.header('content-type') === undefined) {
    throw new ProblemError({
      type: PROBLEMS.invalidRequest,
      detail: 'The body is missing. Send JSON, if only {}, and Content-Type: application/json',
      retryable: false,
    })
  }
  await next()
}
