import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { type ListeningServer, listening } from '../../kubernetes/listening-server.ts'

interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicKey: JWK
}

const DISCOVERY = '/.well-known/openid-configuration'
const KEYS = '/keys'

const SIGNATURES: Readonly<Record<string, { readonly name: string; readonly hash?: string }>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  ES384: { name: 'ECDSA', hash: 'SHA-384' },
}

type JsonObject = Readonly<Record<string, unknown>>

/** An issuer of OpenID Connect, by HTTP on this machine, whose keys rotate and whose answers can fail. */
export class OidcTestIssuer {
  readonly #keys: IssuerKey[] = []
  readonly #asked: string[] = []
  readonly #faults = new Map<string, RequestListener>()
  #server: ListeningServer | undefined
  #signing: IssuerKey | undefined
  #made = 0

  static async start(): Promise<OidcTestIssuer> {
    const issuer = new OidcTestIssuer()
    await issuer.rotate()
    issuer.#server = await listening(createServer(issuer.#answer))
    return issuer
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server?.port}`
  }

  /** The paths that it was asked for, and forgets that. */
  takeAsked(): readonly string[] {
    return this.#asked.splice(0)
  }

  /** From now on it has one key, a new one. */
  async rotate(alg?: string): Promise<void> {
    await this.announce(alg)
    this.turn()
    this.withdraw()
  }

  /** Publishes one more key, which it does not sign with yet. */
  async announce(alg = 'RS256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const kid = `key-${++this.#made}`
    this.#keys.push({
      kid,
      alg,
      privateKey,
      publicKey: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    })
  }

  /** Signs with the newest key from now on. */
  turn(): void {
    this.#signing = this.#keys.at(-1)
  }

  /** Publishes no other key any more than the one that it signs with. */
  withdraw(): void {
    this.#keys.splice(0, this.#keys.length, this.#signer)
  }

  /** Answers otherwise for a document, but with a query, until `recover`. */
  fail(what: 'discovery' | 'keys', listener: RequestListener): void {
    this.#faults.set(what === 'discovery' ? DISCOVERY : KEYS, listener)
  }

  recover(): void {
    this.#faults.clear()
  }

  get publicKey(): JWK {
    return this.#signer.publicKey
  }

  get discovery(): { readonly issuer: string; readonly jwks_uri: string } {
    return { issuer: this.address, jwks_uri: `${this.address}${KEYS}` }
  }

  /** As it publishes them now. */
  get publicKeys(): { readonly keys: readonly JWK[] } {
    return { keys: this.#keys.map(({ publicKey }) => publicKey) }
  }

  /**
   * A token by the key that it signs with now, good for five minutes if it does not say otherwise. Signed as
   * RFC 7515 says, without asking whether what it says makes sense.
   */
  async sign(claims: JsonObject, header: JsonObject = {}): Promise<string> {
    const { alg, kid, privateKey } = this.#signer
    const iat = Math.floor(Date.now() / 1000)
    const payload = { iss: this.address, iat, exp: iat + 300, ...claims }
    const content = `${encoded({ alg, kid, ...header })}.${encoded(payload)}`
    const bytes = new TextEncoder().encode(content)
    const signature = await crypto.subtle.sign(SIGNATURES[alg]!, privateKey, bytes)
    return `${content}.${Buffer.from(signature).toString('base64url')}`
  }

  async stop(): Promise<void> {
    await this.#server?.close()
  }

  get #signer(): IssuerKey {
    return this.#signing!
  }

  #answer: RequestListener = (request, response) => {
    const path = request.url ?? ''
    this.#asked.push(path)
    const fault = this.#faults.get(path)
    if (fault !== undefined) return void fault(request, response)
    const [document] = path.split('?')
    if (document === DISCOVERY) return json(response, this.discovery)
    if (document === KEYS) return json(response, this.publicKeys)
    response.writeHead(404).end()
  }
}

const encoded = (value: JsonObject): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

export function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
