import { z } from 'zod'
import { retryAfterMs } from '../../gitops/retry-after.ts'
import { AuthenticationUnavailableError } from './authenticator.ts'
import { isTrustworthy } from './oidc-settings.ts'

export interface IssuerDocumentsProps {
  readonly issuer: string
  readonly fetch: typeof fetch
}

/** For one answer. */
const WITHIN_MS = 5_000
const MOST_BYTES = 512 * 1024
/** However long an issuer wants to be left alone: whoever asks for an hour would shut out new keys for it. */
const MOST_REST_MS = 60_000

/** Of discovery, and of keys: RFC 7517, section 8.5.2. The API server of Kubernetes insists. */
const MEDIA_TYPES = 'application/json, application/jwk-set+json'

const DISCOVERY = z.object({ issuer: z.string(), jwks_uri: z.string() })

/** What an issuer of OpenID Connect publishes, as far as tokens are checked by it. */
export class IssuerDocuments {
  readonly #props: IssuerDocumentsProps

  constructor(props: IssuerDocumentsProps) {
    this.#props = props
  }

  /**
   * Where its keys are, as its discovery document says (OpenID Connect Discovery 1.0, section 4).
   *
   * @param signal of whoever needs it alone
   * @throws {AuthenticationUnavailableError}
   * @throws the reason of the signal
   */
  async keysAddress(signal: AbortSignal | undefined): Promise<string> {
    const { issuer } = this.#props
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const document = DISCOVERY.safeParse(await this.read(address, signal))
    if (!document.success) throw unusable(`${address} is no discovery document`, document.error)
    if (document.data.issuer !== issuer) {
      throw unusable(`${address} is of the issuer ${document.data.issuer}, not of ${issuer}`)
    }
    const { jwks_uri } = document.data
    const isPlain = jwks_uri.startsWith('http:') && issuer.startsWith('https:')
    if (isTrustworthy(jwks_uri) && !isPlain) return jwks_uri
    throw unusable(`${address} has keys at ${jwks_uri}, which is not https`)
  }

  /**
   * Redirects are not followed: what vouches for keys is the address that was configured.
   *
   * @returns what the JSON there says; `undefined` if it is none
   * @throws {AuthenticationUnavailableError}
   * @throws the reason of the signal
   */
  async read(address: string, signal: AbortSignal | undefined): Promise<unknown> {
    const { fetch } = this.#props
    const timeout = AbortSignal.timeout(WITHIN_MS)
    try {
      const response = await fetch(address, {
        headers: { accept: MEDIA_TYPES },
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      if (response.status === 200) return parse(await readText(response, address))
      await response.body?.cancel()
      const restMs = retryAfterMs(response.headers)
      throw new AuthenticationUnavailableError({
        message: `${address} was answered ${response.status}. Check the address of the issuer`,
        retryable: response.status === 429 || response.status >= 500,
        ...(restMs !== undefined && { retryAfterMs: Math.min(restMs, MOST_REST_MS) }),
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof AuthenticationUnavailableError) throw error
      throw new AuthenticationUnavailableError({
        message: `${address} cannot be read. Check that the issuer can be reached from here`,
        retryable: true,
        cause: error,
      })
    }
  }
}

async function readText(response: Response, address: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_BYTES) throw unusable(`${address} is longer than ${MOST_BYTES} bytes`)
  }
  return text + decoder.decode()
}

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
