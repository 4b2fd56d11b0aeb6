import type { Identity } from './identity.ts'

/**
 * What somebody may do to a lock: `hold` it (acquire, renew and release its own holds, begin and end
 * runs), `break` a hold of somebody else, `read` who holds it. None includes another one.
 */
export const LOCK_VERBS = ['hold', 'break', 'read'] as const

export type LockVerb = (typeof LOCK_VERBS)[number]

/** One thing that somebody wants to do. */
export type RequestedAccess = LockAccess | RolloutAccess

/** One thing that somebody wants to do to locks. */
export interface LockAccess {
  readonly resource?: 'locks'
  readonly verb: LockVerb
  /** `*` for all that there are, as Kubernetes says it: to list the locks of every namespace. */
  readonly namespace: string
  /** `*` for all of the namespace: to list them. */
  readonly name: string
}

/**
 * What somebody may do to rollouts: `get` and `list` them, `tick` (have a whole environment looked at
 * now), and what people ask of one. None includes another one.
 */
export const ROLLOUT_VERBS = [
  'get',
  'list',
  'tick',
  'promote',
  'pause',
  'resume',
  'abort',
  'retry',
  'approve',
  'rollback',
] as const

export type RolloutVerb = (typeof ROLLOUT_VERBS)[number]

/** One thing that somebody wants to do to rollouts. */
export interface RolloutAccess {
  readonly resource: 'rollouts'
  readonly verb: RolloutVerb
  /** Each is asked for in its own cluster, if a cluster says who may do what. */
  readonly environment: string
  /** `*` for all that there are. */
  readonly namespace: string
  /** The app; `*` for all of the namespace. */
  readonly name: string
  /** To `approve`: the role of the plan in which it is done. Whoever may in one may not in another. */
  readonly role?: string
}

/** Tells who may do what. */
export interface Authorizer {
  /**
   * @returns `false` for all that is not allowed in so many words
   * @throws {AuthorizationUnavailableError} if it cannot tell now
   * @throws the reason of the signal
   */
  allows(identity: Identity, access: RequestedAccess, signal: AbortSignal): Promise<boolean>
}

export interface AuthorizationUnavailableErrorProps {
  /** Who did not answer, how, and what to do now. */
  readonly message: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** How long whoever was asked wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** Whoever knows the rights cannot be asked now. Nothing was done. */
export class AuthorizationUnavailableError extends Error {
  override readonly name = 'AuthorizationUnavailableError'
  readonly code = 'AUTHORIZATION_UNAVAILABLE'
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor({ message, retryable, retryAfterMs, cause }: AuthorizationUnavailableErrorProps) {
    super(message, { cause })
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}
