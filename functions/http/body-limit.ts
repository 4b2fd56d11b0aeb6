import type { MiddlewareHandler } from 'hono'
import { bodyLimit as honoBodyLimit } from 'hono/body-limit'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

/** Refuses bodies that are larger than that, however their length is announced. */
export const bodyLimit = (maxBytes: number): MiddlewareHandler =>
  honoBodyLimit({
    maxSize: maxBytes,
    onError() {
      throw new ProblemError({
        type: PROBLEMS.bodyTooLarge,
        detail: `The body has more than ${maxBytes} bytes. Send less`,
        retryable: false,
      })
    },
  })
