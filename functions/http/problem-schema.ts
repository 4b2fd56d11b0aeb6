import { z } from '@hono/zod-openapi'
import { PROBLEM_CONTENT_TYPE } from './answer-problem.ts'

/** What every answer is that is not the one that was hoped for (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Names the kind of problem; made of its code' }),
    title: z.string().meta({ description: 'For people, the same for each problem of this kind' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What, which one, and what to do now' }),
    code: z.string().meta({ description: 'For programs; stays the same over versions' }),
    retryable: z
      .boolean()
      .meta({ description: 'Whether the same request, with the same ids, may succeed later' }),
    outcome: z
      .enum(['none', 'done', 'unknown'])
      .meta({ description: 'Whether what was asked for has happened' }),
    requestId: z.string().meta({ description: 'Finds this request in the logs' }),
    retryAfterMs: z.number().optional().meta({ description: 'When to come again at the earliest' }),
  })
  .openapi('Problem')

/** The problems of a route, as its document lists them. */
export const problemResponses = <Status extends number>(
  responses: Readonly<Record<Status, string>>,
) =>
  Object.fromEntries(
    Object.entries(responses).map(([status, description]) => [
      status,
      { description, content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } } },
    ]),
  ) as Record<Status, ProblemResponse>

/** A response of a route that is a problem. */
export interface ProblemResponse {
  readonly description: string
  readonly content: {
    readonly 'application/problem+json': { readonly schema: typeof problemSchema }
  }
}
