import { KubernetesAnswerError, KubernetesRefusalError } from '../../kubernetes/errors.ts'
import type { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { ProblemError, type ProblemType } from '../http/problem-error.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'

/** Why the store did not do its part. What it said about coming again is passed on. */
export const storeProblem = (error: LeaseStoreError): ProblemError =>
  new ProblemError({
    type: typeOf(error),
    detail: error.message,
    retryable: error.retryable,
    outcome: error.outcome,
    retryAfterMs: error.retryAfterMs ?? (error.retryable ? SOON_MS : undefined),
    cause: error,
  })

/** For a store that did not say when to come again. */
const SOON_MS = 1000

function typeOf({ cause, outcome, retryable }: LeaseStoreError): ProblemType {
  const isAnswer = cause instanceof KubernetesAnswerError
  if (isAnswer || cause instanceof KubernetesRefusalError) {
    if (cause.status === 429) return LOCK_PROBLEMS.throttled
    if (cause.status === 503) return LOCK_PROBLEMS.unavailable
    if (isAnswer) return LOCK_PROBLEMS.answer
  }
  if (outcome === 'unknown') return LOCK_PROBLEMS.unknownOutcome
  return retryable ? LOCK_PROBLEMS.unavailable : LOCK_PROBLEMS.refused
}
