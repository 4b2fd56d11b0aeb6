import type { Context } from 'hono'
import { withinDeadline } from '../http/deadline.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import type { WebhookFunctionContext } from './webhook-context.ts'

/**
 * Tells the sink something, before the sender stops waiting for an answer.
 *
 * @throws {ProblemError} if it takes longer
 */
export function withinSinkDeadline<Result>(
  c: Context<FunctionEnv>,
  { clock, limits }: WebhookFunctionContext,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  c.set('mayHaveWritten', () => true)
  const deadline = { clock, limitMs: limits.requestMs, signal: c.req.raw.signal }
  return withinDeadline(deadline, tookTooLong, work)
}

const tookTooLong = (): ProblemError =>
  new ProblemError({
    type: PROBLEMS.tookTooLong,
    detail: 'It was not taken in time, and may have been taken all the same. Send it again',
    retryable: true,
    outcome: 'unknown',
    retryAfterMs: 5_000,
  })
