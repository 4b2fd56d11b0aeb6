import type { Context } from 'hono'
import type { FunctionEnv } from './function-env.ts'
import type { ProblemError } from './problem-error.ts'

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

/** Answers a request with a problem, which its log entry names too. */
export function answerProblem(c: Context<FunctionEnv>, problem: ProblemError): Response {
  const { requestId, logged } = c.var
  const { code, outcome, message: detail } = problem
  Object.assign(logged, { code, outcome, detail })
  const document = JSON.stringify(problemDocument(problem, requestId))
  return c.body(document, problem.type.status, problemHeaders(problem))
}

/** What a problem says to programs and people (RFC 9457). */
export const problemDocument = (
  { type, message, retryable, outcome, retryAfterMs, members }: ProblemError,
  requestId: string,
) => ({
  type: `tag:lockstep.dev,2026:${type.code}`,
  title: type.title,
  status: type.status,
  detail: message,
  code: type.code,
  retryable,
  outcome,
  requestId,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
  ...members,
})

export const problemHeaders = ({
  retryAfterMs,
  headers,
}: ProblemError): Record<string, string> => ({
  'Content-Type': PROBLEM_CONTENT_TYPE,
  ...(retryAfterMs !== undefined && { 'Retry-After': retryAfter(retryAfterMs) }),
  ...headers,
})

/** As `Retry-After` has it: whole seconds, and never too soon. */
export const retryAfter = (ms: number): string => String(Math.ceil(ms / 1000))
