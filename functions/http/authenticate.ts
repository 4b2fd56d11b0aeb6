import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../../leases/clock.ts'
import { AuthenticationUnavailableError, type Authenticator } from '../identity/authenticator.ts'
import type { Identity } from '../identity/identity.ts'
import { withinDeadline } from './deadline.ts'
import type { FunctionEnv } from './function-env.ts'
import { ProblemError } from './problem-error.ts'
import { PROBLEMS } from './problem-types.ts'

export interface AuthenticateProps {
  readonly authenticator: Authenticator
  readonly clock: Pick<Clock, 'sleep'>
  /** How long finding out may take, in milliseconds. */
  readonly limitMs: number
}

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([\w\-.~+/]+=*) *$/i

/** Finds out who asks, by the bearer token of the request, and lets nobody through whom it does not know. */
export const authenticate = (props: AuthenticateProps): MiddlewareHandler<FunctionEnv> =>
  async function authenticate(c, next) {
    const header = c.req.header('authorization')
    const [, token] = BEARER.exec(header ?? '') ?? []
    if (token === undefined) {
      throw unauthenticated(
        header === undefined
          ? 'The request has no token. Send one: Authorization: Bearer TOKEN'
          : 'The header Authorization is not as it should be. Send: Authorization: Bearer TOKEN',
        'Bearer',
      )
    }
    const identity = await identityOf(token, props, c.req.raw.signal)
    if (identity === undefined) {
      throw unauthenticated(
        'Nobody here knows this token: it has expired, was made for another audience, or is of an issuer that is not configured. Get a new one',
        'Bearer error="invalid_token"',
      )
    }
    c.set('identity', identity)
    c.var.logged.subject = identity.name
    await next()
  }

async function identityOf(
  token: string,
  { authenticator, clock, limitMs }: AuthenticateProps,
  signal: AbortSignal,
): Promise<Identity | undefined> {
  try {
    return await withinDeadline({ clock, limitMs, signal }, late, (signal) =>
      authenticator.authenticate(token, signal),
    )
  } catch (error) {
    if (!(error instanceof AuthenticationUnavailableError)) throw error
    const { message, retryable, retryAfterMs } = error
    throw new ProblemError({
      type: PROBLEMS.authenticationUnavailable,
      detail: message,
      retryable,
      retryAfterMs,
      cause: error,
    })
  }
}

const late = (): Error =>
  new AuthenticationUnavailableError({
    message: 'Whoever knows the token did not answer in time. Try again',
    retryable: true,
  })

const unauthenticated = (detail: string, challenge: string): ProblemError =>
  new ProblemError({
    type: PROBLEMS.unauthenticated,
    detail,
    retryable: false,
    headers: { 'WWW-Authenticate': challenge },
  })
