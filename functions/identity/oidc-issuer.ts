import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { z } from 'zod'
import { type Clock, systemClock } from '../../leases/clock.ts'
import { configured } from '../configuration/configuration-error.ts'
import { AuthenticationUnavailableError, type Authenticator } from './authenticator.ts'
import { identityOf } from './claims.ts'
import type { Identity } from './identity.ts'
import { IssuerKeys } from './issuer-keys.ts'
import { OIDC_ISSUER, type OidcIssuerProps } from './oidc-settings.ts'

/** What tests and platforms bring. */
export interface OidcIssuerSurroundings {
  /** @default the platform's */
  readonly fetch?: typeof fetch
  /** @default those of this machine */
  readonly clock?: Pick<Clock, 'monotonicMs' | 'wallMs'>
}

/**
 * Tokens of one issuer of OpenID Connect: of GitHub Actions, GitLab, a company's own. Checked here, by
 * the public keys of the issuer. Tokens of other issuers cost nothing.
 */
export class OidcIssuer implements Authenticator {
  readonly #settings: z.output<typeof OIDC_ISSUER>
  readonly #keys: IssuerKeys
  readonly #clock: Pick<Clock, 'wallMs'>

  /** @throws {ConfigurationError} */
  constructor(props: OidcIssuerProps, surroundings: OidcIssuerSurroundings = {}) {
    const { fetch = globalThis.fetch, clock = systemClock } = surroundings
    this.#settings = configured(OIDC_ISSUER, props, 'OIDC issuer')
    this.#clock = clock
    this.#keys = new IssuerKeys({
      issuer: this.#settings.issuer,
      maxAgeMs: this.#settings.keysMaxAgeSeconds * 1000,
      cooldownMs: this.#settings.keysCooldownSeconds * 1000,
      fetch,
      clock,
    })
  }

  async authenticate(token: string, signal: AbortSignal): Promise<Identity | undefined> {
    if (issuerOf(token) !== this.#settings.issuer) return undefined
    const claims = await this.#verify(token, signal)
    const identity = claims && identityOf(claims, this.#settings)
    return identity && { ...identity, proof: `oidc ${this.#settings.issuer}` }
  }

  async #verify(token: string, signal: AbortSignal): Promise<JWTPayload | undefined> {
    const { issuer, audience, algorithms, clockToleranceSeconds } = this.#settings
    try {
      const { payload } = await jwtVerify(token, (...of) => this.#keys.find(...of, signal), {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#clock.wallMs()),
      })
      return payload
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AuthenticationUnavailableError) throw error
      const isOfToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)
      if (isOfToken) return undefined
      throw new AuthenticationUnavailableError({
        message: `The keys of ${issuer} cannot be used. Check what its jwks_uri answers`,
        retryable: true,
        cause: error,
      })
    }
  }
}

/** As an unchecked token says it; `undefined` if it is none. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return undefined
  }
}
