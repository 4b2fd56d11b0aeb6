import { ProblemError } from '../http/problem-error.ts'
import { WEBHOOK_PROBLEMS } from './webhook-problem-types.ts'
import { SinkUnavailableError } from './webhook-sink.ts'

/** What an error of the sink means for whoever sent a webhook. */
export function explainError(error: unknown): ProblemError | undefined {
  if (!(error instanceof SinkUnavailableError)) return undefined
  return new ProblemError({
    type: WEBHOOK_PROBLEMS.sinkUnavailable,
    detail: `${error.message}. Send it again`,
    retryable: true,
    outcome: 'unknown',
    retryAfterMs: 5_000,
    cause: error,
  })
}
