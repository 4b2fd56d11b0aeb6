import type { Identity } from './identity.ts'

/** Tells whose a token is. Several may be asked in turn: each knows its own tokens. */
export interface Authenticator {
  /**
   * @param token as it came after `Bearer `, with nothing checked. No message, log or error may say it
   * @param signal ends the asking of others; what was only computed need not look at it
   * @returns `undefined` if this is no token of its: malformed, expired, of another audience or issuer
   * @throws {AuthenticationUnavailableError} if it cannot tell now
   * @throws the reason of the signal
   */
  authenticate(token: string, signal: AbortSignal): Promise<Identity | undefined>
}

export interface AuthenticationUnavailableErrorProps {
  /** Who did not answer, how, and what to do now. */
  readonly message: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** How long whoever was asked wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** Whoever knows the token cannot be asked now. Nobody was let in, and nobody was found out. */
export class AuthenticationUnavailableError extends Error {
  override readonly name = 'AuthenticationUnavailableError'
  readonly code = 'AUTHENTICATION_UNAVAILABLE'
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor({ message, retryable, retryAfterMs, cause }: AuthenticationUnavailableErrorProps) {
    super(message, { cause })
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}
