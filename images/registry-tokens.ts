import { boundedBody } from './bounded-body.ts'
import { type RegistryChallenge, readChallenge } from './registry-challenge.ts'
import { RegistryError } from './registry-error.ts'

/** A name and a password, or a token in its place. */
export interface RegistryCredentials {
  readonly username: string
  readonly password: string
}

/** What is sent, and for whom. */
export interface RegistryRequest extends RequestInit {
  readonly signal: AbortSignal
}

export interface RegistryTokensProps {
  /** For people. */
  readonly host: string
  /** Of the registry, without a slash at its end. */
  readonly address: string
  /** Asked for each time that they are sent. Absent: we ask as nobody. */
  readonly credentials?: (() => Promise<RegistryCredentials>) | undefined
  readonly send: (url: string, init: RegistryRequest) => Promise<Response>
}

const MOST_TOKEN_BYTES = 1024 * 1024

/**
 * What lets us read images of one registry. A token is good for one image, to pull it and no more, and is
 * kept until the registry does not take it any longer.
 */
export class RegistryTokens {
  readonly #props: RegistryTokensProps
  readonly #known = new Map<string, string>()

  constructor(props: RegistryTokensProps) {
    this.#props = props
  }

  /** What to send for an image from the beginning; `undefined` while nobody has asked. */
  known(name: string): string | undefined {
    return this.#known.get(name)
  }

  /**
   * What answers a 401.
   *
   * @throws {RegistryError}
   * @throws the reason of `signal`
   */
  async answer(name: string, header: string | null, signal: AbortSignal): Promise<string> {
    this.#known.delete(name)
    const challenge = readChallenge(header ?? '')
    const authorization = await this.#authorization(name, challenge, signal)
    this.#known.set(name, authorization)
    return authorization
  }

  async #authorization(
    name: string,
    challenge: RegistryChallenge | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const { host, credentials } = this.#props
    if (challenge?.scheme === 'bearer') {
      return `Bearer ${await this.#token(name, challenge, signal)}`
    }
    if (challenge === undefined) {
      throw new RegistryError('refused', `${host} asks for credentials in no way that is known`)
    }
    if (credentials === undefined) {
      throw new RegistryError('refused', `${host} asks for a name and a password`)
    }
    return basic(await credentials())
  }

  async #token(
    name: string,
    { realm, service }: Extract<RegistryChallenge, { scheme: 'bearer' }>,
    signal: AbortSignal,
  ): Promise<string> {
    const { host, credentials, send } = this.#props
    const url = this.#tokenAddress(realm)
    if (service !== undefined) url.searchParams.set('service', service)
    url.searchParams.set('scope', `repository:${name}:pull`)
    const headers = credentials && { authorization: basic(await credentials()) }
    const response = await send(url.href, { ...(headers && { headers }), signal })
    const limits = { where: url.host, mostBytes: MOST_TOKEN_BYTES, signal }
    const body = await boundedBody(response, limits)
    if (response.status !== 200) {
      const failure = response.status >= 500 ? 'unreachable' : 'refused'
      throw new RegistryError(
        failure,
        `${url.host} gives no token for ${host}/${name}: ${response.status}`,
      )
    }
    const token = tokenOf(body)
    if (token !== undefined) return token
    throw new RegistryError('wrong', `${url.host} answers without a token for ${host}/${name}`)
  }

  /**
   * Our password goes there, so it has to be as well guarded as on its way to the registry: by https, or by
   * whatever guards a registry without it, on the same host.
   */
  #tokenAddress(realm: string): URL {
    const { host, address } = this.#props
    const url = URL.parse(realm)
    const registry = new URL(address)
    const isBeside = url?.protocol === registry.protocol && url.hostname === registry.hostname
    if (url?.username === '' && (url.protocol === 'https:' || isBeside)) return url
    throw new RegistryError('wrong', `${host} wants its password sent to '${realm.slice(0, 200)}'`)
  }
}

const basic = ({ username, password }: RegistryCredentials): string =>
  `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))}`

/** Some say `token`, some `access_token`, some both. */
function tokenOf(body: Uint8Array): string | undefined {
  try {
    const { token, access_token } = JSON.parse(new TextDecoder().decode(body)) as {
      token?: unknown
      access_token?: unknown
    }
    const found = token ?? access_token
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined
  } catch {
    return undefined
  }
}
