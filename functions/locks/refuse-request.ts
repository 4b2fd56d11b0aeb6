import type { z } from 'zod'
import { LEAST_TTL_SECONDS, MOST_TTL_SECONDS } from '../../leases/lock-timing.ts'
import { invalidRequest, type RequestPart } from '../http/invalid-request.ts'
import { ProblemError } from '../http/problem-error.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { HANDLE_HEADER } from './lock-schemas.ts'

/** What a request means that its schema refused, where that is more than a mistake in form. */
export function refuseRequest(part: RequestPart, error: z.ZodError): ProblemError {
  const { issues } = error
  if (part === 'header' && issues.some(({ path }) => path[0] === HANDLE_HEADER)) {
    return new ProblemError({
      type: LOCK_PROBLEMS.handleRequired,
      detail: 'The header Lock-Token is missing. Send the handle of the last answer for this hold',
      retryable: false,
    })
  }
  if (part === 'json' && issues.some(isOutOfRangeTtl)) {
    return new ProblemError({
      type: LOCK_PROBLEMS.ttlOutOfRange,
      detail: `No lock can have that ttlSeconds. Use whole seconds from ${LEAST_TTL_SECONDS} to ${MOST_TTL_SECONDS}`,
      retryable: false,
      members: { leastSeconds: LEAST_TTL_SECONDS, mostSeconds: MOST_TTL_SECONDS },
    })
  }
  return invalidRequest(part, error)
}

/** A number, and not one that a lock can have; what is no number is a mistake in form. */
const isOutOfRangeTtl = ({ path, code, ...issue }: z.core.$ZodIssue): boolean =>
  path[0] === 'ttlSeconds' &&
  (code === 'too_small' ||
    code === 'too_big' ||
    (code === 'invalid_type' && 'expected' in issue && issue.expected === 'int'))
