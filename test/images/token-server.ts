import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'
import { listening } from '../kubernetes/listening-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const SERVICE = 'the registry'
const ISSUER = 'https://tokens.example.com'

/**
 * Hands out tokens for a registry of the project distribution, to whoever has a name and a password: "Token
 * Authentication Specification", distribution.github.io.
 */
export class TokenServer {
  /** What was asked for, by whoever was let in. */
  readonly scopes: (string | null)[] = []
  /** `auth` of the registry that takes its tokens. */
  auth: object = {}
  readonly #key: CryptoKey
  readonly #credentials: string

  private constructor(key: CryptoKey, credentials: string) {
    this.#key = key
    this.#credentials = credentials
  }

  /**
   * Until the test is over.
   *
   * @param credentials `NAME:PASSWORD`
   */
  static async start(credentials: string): Promise<TokenServer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const tokens = new TokenServer(privateKey, credentials)
    const jwks = join(temporaryFolder(), 'jwks.json')
    writeFileSync(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'key' }] }))
    const server = await listening(
      createServer((request, response) => void tokens.#answer(request, response)),
    )
    onTestFinished(() => server.close())
    const realm = `http://127.0.0.1:${server.port}/token`
    tokens.auth = { token: { realm, service: SERVICE, issuer: ISSUER, jwks } }
    return tokens
  }

  /** A token for one image. */
  async issue(name: string, actions: readonly string[]): Promise<string> {
    return new SignJWT({ access: [{ type: 'repository', name, actions }] })
      .setProtectedHeader({ alg: 'ES256', kid: 'key', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject('somebody')
      .setAudience(SERVICE)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .setJti(randomUUID())
      .sign(this.#key)
  }

  async #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { searchParams } = new URL(url, 'http://localhost')
    if (headers.authorization !== `Basic ${btoa(this.#credentials)}`) {
      response.writeHead(401).end()
      return
    }
    const scope = searchParams.get('scope')
    this.scopes.push(scope)
    const [, name = '', actions = ''] = /^repository:([^:]+):(.+)$/.exec(scope ?? '') ?? []
    const token = await this.issue(name, actions.split(','))
    response.writeHead(200).end(JSON.stringify({ token }))
  }
}
