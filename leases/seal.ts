import { type CryptoKey, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** What one call of a function gives its caller for the next call: it reads as text and cannot be forged. */
export class Seal {
  readonly #bytes: readonly Uint8Array[]
  #keys: Promise<readonly CryptoKey[]> | undefined

  /**
   * @param keys at least 32 bytes each, the same for all instances. The first one signs; those after
   * it still count, so that a key can be replaced while calls are under way
   * @throws {WeakKeyError}
   */
  constructor(keys: readonly [Uint8Array, ...Uint8Array[]]) {
    for (const key of keys) if (key.length < LEAST_KEY_BYTES) throw new WeakKeyError(key.length)
    this.#bytes = keys
  }

  /** @param kind what it is, so that nothing passes for something else */
  async sign(kind: SealedKind, content: JWTPayload): Promise<string> {
    const [key] = await this.#imported()
    return new SignJWT(content)
      .setProtectedHeader({ alg: ALGORITHM, typ: typeOf(kind) })
      .sign(key as CryptoKey)
  }

  /** @throws {BrokenSealError} */
  async open(kind: SealedKind, sealed: string): Promise<JWTPayload> {
    let cause: unknown
    for (const key of await this.#imported()) {
      try {
        const options = { algorithms: [ALGORITHM], typ: typeOf(kind) }
        return (await jwtVerify(sealed, key, options)).payload
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error
        cause = error
      }
    }
    throw new BrokenSealError(kind, { cause })
  }

  /** Once: it takes as long as signing. */
  #imported(): Promise<readonly CryptoKey[]> {
    this.#keys ??= Promise.all(this.#bytes.map(importKey))
    return this.#keys
  }
}

const importKey = (bytes: Uint8Array): Promise<CryptoKey> => {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  // A copy: Web Crypto takes no memory that is shared.
  return crypto.subtle.importKey('raw', new Uint8Array(bytes), algorithm, false, ['sign', 'verify'])
}

export type SealedKind = 'observation' | 'handle'

/** It was not signed by these functions, or not as what it is used for, or with a key of long ago. */
export class BrokenSealError extends Error {
  override readonly name = 'BrokenSealError'
  readonly code = 'BROKEN_SEAL'

  constructor(kind: SealedKind, options?: ErrorOptions) {
    super(
      `This ${kind} was not made here, or its key is no longer in use. Leave it out and start over`,
      options,
    )
  }
}

/** A key that could be guessed. */
export class WeakKeyError extends Error {
  override readonly name = 'WeakKeyError'
  readonly code = 'WEAK_KEY'

  constructor(bytes: number) {
    super(
      `A key of ${bytes} bytes can be guessed. Use at least ${LEAST_KEY_BYTES} random ones: openssl rand -base64 ${LEAST_KEY_BYTES}`,
    )
  }
}

const ALGORITHM = 'HS256'
const LEAST_KEY_BYTES = 32

const typeOf = (kind: SealedKind): string => `lockstep-${kind}+jwt`
