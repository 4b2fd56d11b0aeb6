import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

/** Without the path, which whoever asked knows, and which is not for the log. */
export const noSuchRoute = (): ProblemError =>
  new ProblemError({
    type: PROBLEMS.noSuchRoute,
    detail: 'There is nothing at this path. /openapi.json lists what there is',
    retryable: false,
  })
