import type { z } from 'zod'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

/** What was checked, in words of Hono. */
export type RequestPart = 'json' | 'form' | 'query' | 'param' | 'header' | 'cookie'

const PART_NAMES: Readonly<Record<RequestPart, string>> = {
  json: 'body',
  form: 'form',
  query: 'query',
  param: 'path',
  header: 'header',
  cookie: 'cookie',
}

/** All that is wrong with one part of a request, each with where it is. */
export function invalidRequest(part: RequestPart, { issues }: z.ZodError): ProblemError {
  const errors = issues.map(({ path, message }) => ({
    in: PART_NAMES[part],
    at: path.join('.'),
    message,
  }))
  const list = errors.map(({ in: where, at, message }) =>
    at === '' ? `${where}: ${message}` : `${at} (${where}): ${message}`,
  )
  return new ProblemError({
    type: PROBLEMS.invalidRequest,
    detail: `${list.join('; ')}. Correct that; /openapi.json says how it should be`,
    retryable: false,
    members: { errors },
  })
}
