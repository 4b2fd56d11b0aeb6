import { createRemoteJWKSet, customFetch, type RemoteJWKSet } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../leases/clock.ts'
import { AuthenticationUnavailableError } from './authenticator.ts'
import { isTrustworthy } from './oidc-settings.ts'

export interface IssuerKeysProps {
  readonly issuer: string
  readonly maxAgeMs: number
  readonly cooldownMs: number
  readonly fetch: typeof fetch
  readonly clock: Pick<Clock, 'monotonicMs'>
}

const WITHIN_MS = 5_000
const MOST_BYTES = 512 * 1024

/**
 * The keys of an issuer of OpenID Connect: where they are is in its discovery document (OpenID
 * Connect Discovery 1.0, section 4). Both are fetched when a token needs them. Requests that wait for
 * the document do not share it: on Workers one must not wait for what another one does.
 */
export class IssuerKeys {
  readonly #props: IssuerKeysProps
  #last: { readonly keys: RemoteJWKSet; readonly untilMs: number } | undefined

  constructor(props: IssuerKeysProps) {
    this.#props = props
  }

  /**
   * @throws {AuthenticationUnavailableError}
   * @throws the reason of the signal
   */
  async current(signal: AbortSignal): Promise<RemoteJWKSet> {
    const { maxAgeMs, cooldownMs, clock } = this.#props
    const nowMs = clock.monotonicMs()
    if (this.#last !== undefined && nowMs < this.#last.untilMs) return this.#last.keys
    const keys = createRemoteJWKSet(await this.#discover(signal), {
      timeoutDuration: WITHIN_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: maxAgeMs,
      [customFetch]: async (url, options) => new Response(await this.#read(url, options)),
    })
    this.#last = { keys, untilMs: nowMs + maxAgeMs }
    return keys
  }

  async #discover(signal: AbortSignal): Promise<URL> {
    const { issuer } = this.#props
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const limit = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)])
    const headers = new Headers({ accept: 'application/json' })
    let text: string
    try {
      text = await this.#read(address, { headers, signal: limit })
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
    const document = DISCOVERY.safeParse(parse(text))
    if (!document.success) throw unusable(`${address} is no discovery document`, document.error)
    if (document.data.issuer !== issuer) {
      throw unusable(`${address} is of the issuer ${document.data.issuer}, not of ${issuer}`)
    }
    const { jwks_uri } = document.data
    const isPlain = jwks_uri.startsWith('http:') && issuer.startsWith('https:')
    if (!isTrustworthy(jwks_uri) || isPlain) {
      throw unusable(`${address} has keys at ${jwks_uri}, which is not https`)
    }
    return new URL(jwks_uri)
  }

  /** Redirects are not followed: what vouches for keys is the address that was configured. */
  async #read(
    url: string,
    init: { readonly headers: Headers; readonly signal: AbortSignal },
  ): Promise<string> {
    const { fetch } = this.#props
    try {
      const response = await fetch(url, { ...init, method: 'GET', redirect: 'manual' })
      if (response.status === 200) return await readText(response, url)
      await response.body?.cancel()
      throw new AuthenticationUnavailableError({
        message: `${url} was answered ${response.status}. Check the address of the issuer`,
        retryable: response.status === 429 || response.status >= 500,
      })
    } catch (error) {
      if (error instanceof AuthenticationUnavailableError) throw error
      throw new AuthenticationUnavailableError({
        message: `${url} cannot be read. Check that the issuer can be reached from here`,
        retryable: true,
        cause: error,
      })
    }
  }
}

const DISCOVERY = z.object({ issuer: z.string(), jwks_uri: z.string() })

async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_BYTES) throw unusable(`${url} is longer than ${MOST_BYTES} bytes`)
  }
  return text + decoder.decode()
}

/** `undefined` for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

const unusable = (what: string, cause?: unknown): AuthenticationUnavailableError =>
  new AuthenticationUnavailableError({
    message: `${what}. Check the address of the issuer`,
    retryable: false,
    cause,
  })
