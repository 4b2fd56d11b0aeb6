import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ProblemType } from './problem-error.ts'

/** Problems that any function can have. */
export const PROBLEMS = {
  invalidRequest: { code: 'INVALID_REQUEST', status: 400, title: 'The request is not valid' },
  unauthenticated: { code: 'UNAUTHENTICATED', status: 401, title: 'It is not known who asks' },
  forbidden: { code: 'FORBIDDEN', status: 403, title: 'Whoever asks may not do that' },
  noSuchRoute: { code: 'NO_SUCH_ROUTE', status: 404, title: 'There is nothing at this path' },
  methodNotAllowed: {
    code: 'METHOD_NOT_ALLOWED',
    status: 405,
    title: 'That cannot be done at this path',
  },
  bodyTooLarge: { code: 'BODY_TOO_LARGE', status: 413, title: 'The body is too large' },
  unsupportedMediaType: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    title: 'The body is of another type than JSON',
  },
  headersTooLarge: { code: 'HEADERS_TOO_LARGE', status: 431, title: 'The headers are too large' },
  /** In the words of nginx. For the log alone: nobody is there to read it. */
  callerGone: {
    code: 'CALLER_GONE',
    status: 499 as ContentfulStatusCode,
    title: 'Its caller did not wait for the answer',
  },
  internal: { code: 'INTERNAL', status: 500, title: 'Something is wrong here' },
  authenticationUnavailable: {
    code: 'AUTHENTICATION_UNAVAILABLE',
    status: 503,
    title: 'It cannot be found out now who asks',
  },
  authorizationUnavailable: {
    code: 'AUTHORIZATION_UNAVAILABLE',
    status: 503,
    title: 'It cannot be found out now who may do that',
  },
  notReady: { code: 'NOT_READY', status: 503, title: 'Not ready yet' },
  tookTooLong: { code: 'TOOK_TOO_LONG', status: 504, title: 'It took too long' },
} as const satisfies Readonly<Record<string, ProblemType>>
