import { decodeJwt, errors, type JWTPayload } from 'jose'
import { z } from 'zod'
import { KubernetesError } from '../../kubernetes/errors.ts'
import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { type Clock, systemClock } from '../../leases/clock.ts'
import { AuthenticationUnavailableError, type Authenticator } from './authenticator.ts'
import { BriefCache } from './brief-cache.ts'
import type { Identity } from './identity.ts'
import { tokenDigest } from './token-digest.ts'

export interface TokenReviewsProps {
  /** As an account that may `create` `tokenreviews` of `authentication.k8s.io`. */
  readonly client: KubernetesClient
  /**
   * Whom a token must be for. One of these functions alone: a token for the API server, which every
   * pod has, would else let in whoever it was shown to, and could be used by us.
   */
  readonly audience: string
  /**
   * For how long a token that was good is taken for good, in milliseconds, and never beyond its
   * expiry: it takes as long until a pod that was deleted is shut out.
   *
   * @default 30_000 - three renewals of a hold of 30 s
   */
  readonly cacheMs?: number
  /** @default those of this machine */
  readonly clock?: Pick<Clock, 'monotonicMs' | 'wallMs'>
}

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews'
const MOST_TOKENS = 10_000

/**
 * Tokens of ServiceAccounts, checked by the API server: of pods, and of whoever `kubectl create token`
 * made one for. What it refuses, and what it could not say, is asked again each time; what does not even
 * say that it is for us is shown to nobody.
 */
export class TokenReviews implements Authenticator {
  readonly #client: KubernetesClient
  readonly #audience: string
  readonly #cacheMs: number
  readonly #clock: Pick<Clock, 'monotonicMs' | 'wallMs'>
  readonly #cache: BriefCache<Identity>

  constructor({ client, audience, cacheMs = 30_000, clock = systemClock }: TokenReviewsProps) {
    this.#client = client
    this.#audience = audience
    this.#cacheMs = cacheMs
    this.#clock = clock
    this.#cache = new BriefCache(MOST_TOKENS, clock)
  }

  async authenticate(token: string, signal: AbortSignal): Promise<Identity | undefined> {
    const { aud = [], exp = Number.POSITIVE_INFINITY } = claimsOf(token)
    if (![aud].flat().includes(this.#audience)) return undefined
    const digest = tokenDigest(token)
    const known = this.#cache.get(digest)
    if (known !== undefined) return known
    const askedAtMs = this.#clock.monotonicMs()
    const remainingMs = exp * 1000 - this.#clock.wallMs()
    const identity = identityOf(await this.#review(token, signal), this.#audience)
    if (identity !== undefined) {
      this.#cache.set(digest, identity, askedAtMs + Math.min(this.#cacheMs, remainingMs))
    }
    return identity
  }

  async #review(token: string, signal: AbortSignal): Promise<TokenReviewStatus> {
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [this.#audience] },
    }
    const answer = await this.#client
      .call({ method: 'POST', path: PATH, body, signal })
      .catch((error: unknown) => {
        throw error instanceof KubernetesError ? unavailable(error) : error
      })
    const review = TOKEN_REVIEW.safeParse(answer.body)
    if (!review.success) {
      throw new AuthenticationUnavailableError({
        message:
          'The answer to a TokenReview is none. Check that the address is that of an API server',
        retryable: false,
        cause: review.error,
      })
    }
    return review.data.status
  }
}

const TOKEN_REVIEW = z.object({
  kind: z.literal('TokenReview'),
  status: z.object({
    authenticated: z.boolean().optional(),
    audiences: z.array(z.string()).optional(),
    // Empty, not absent, for a token that is none.
    user: z
      .object({
        username: z.string().optional(),
        uid: z.string().optional(),
        groups: z.array(z.string()).optional(),
        extra: z.record(z.string(), z.array(z.string())).optional(),
      })
      .optional(),
  }),
})

type TokenReviewStatus = z.infer<typeof TOKEN_REVIEW>['status']

function identityOf(status: TokenReviewStatus, audience: string): Identity | undefined {
  const { authenticated, audiences, user: { username, uid, groups = [], extra } = {} } = status
  // A server that says no audience has not looked at it: the token may be for anybody.
  if (!authenticated || !username || !audiences?.includes(audience)) return undefined
  const known = { name: username, ...(uid && { uid }), groups, ...(extra && { extra }) }
  return { ...known, proof: 'token review' }
}

/** As the token says them, unchecked. */
function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return {}
  }
}

const unavailable = (error: KubernetesError): AuthenticationUnavailableError =>
  new AuthenticationUnavailableError({
    message: `A token could not be reviewed. ${error.message}`,
    retryable: error.retryable,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    cause: error,
  })
