import type { MiddlewareHandler } from 'hono'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

/** Refuses requests whose headers are larger together than that, as HTTP/1.1 writes them. */
export const headerLimit = (maxBytes: number): MiddlewareHandler =>
  async function headerLimit(c, next) {
    let bytes = 0
    // Header values are bytes, a character each: `name: value` and the end of the line.
    c.req.raw.headers.forEach((value, name) => {
      bytes += name.length + value.length + 4
    })
    if (bytes > maxBytes) {
      throw new ProblemError({
        type: PROBLEMS.headersTooLarge,
        detail: `The headers have ${bytes} bytes, and ${maxBytes} are read. Send fewer cookies and other headers`,
        retryable: false,
      })
    }
    await next()
  }
