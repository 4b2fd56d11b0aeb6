import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base64url } from 'jose'
import { areEqual } from './are-equal.ts'

/**
 * What one call of a function gives its caller for the next call: it reads as text and cannot be
 * forged. A JSON Web Token (RFC 7519) in the one form that is made here, and so without the hops to
 * other threads that Web Crypto takes: they cost more than all else that a renewal does.
 */
export class Seal {
  readonly #macs: readonly Mac[]

  /**
   * @param keys at least 32 bytes each, the same for all instances. The first one signs; those after
   * it still count, so that a key can be replaced while calls are under way
   * @throws {WeakKeyError}
   */
  constructor(keys: readonly [Uint8Array, ...Uint8Array[]]) {
    for (const key of keys) if (key.length < LEAST_KEY_BYTES) throw new WeakKeyError(key.length)
    this.#macs = keys.map((key) => hmac.create(sha256, key))
  }

  /** @param kind what it is, so that nothing passes for something else */
  sign(kind: SealedKind, content: object): string {
    const signed = `${HEADERS[kind]}.${base64url.encode(JSON.stringify(content))}`
    return `${signed}.${macOf(this.#macs[0] as Mac, signed)}`
  }

  /** @throws {BrokenSealError} */
  open(kind: SealedKind, sealed: string): Readonly<Record<string, unknown>> {
    const end = sealed.lastIndexOf('.')
    const signed = sealed.slice(0, end)
    const given = sealed.slice(end + 1)
    const isMade = this.#macs.some((mac) => areEqual(macOf(mac, signed), given))
    const [header, content = ''] = signed.split('.')
    if (!isMade || header !== HEADERS[kind]) throw new BrokenSealError(kind)
    return JSON.parse(new TextDecoder().decode(base64url.decode(content)))
  }
}

/** Of a key, to be cloned for each use: what the key alone makes of it is half of the work. */
type Mac = ReturnType<typeof hmac.create>

const macOf = (mac: Mac, text: string): string =>
  base64url.encode(mac.clone().update(new TextEncoder().encode(text)).digest())

export type SealedKind = 'observation' | 'handle'

const headerOf = (kind: SealedKind): string =>
  base64url.encode(JSON.stringify({ alg: 'HS256', typ: `lockstep-${kind}+jwt` }))

/** Compared as they are: no token says by which algorithm it wants to be checked. */
const HEADERS: Readonly<Record<SealedKind, string>> = {
  observation: headerOf('observation'),
  handle: headerOf('handle'),
}

/** It was not signed by these functions, or not as what it is used for, or with a key of long ago. */
export class BrokenSealError extends Error {
  override readonly name = 'BrokenSealError'
  readonly code = 'BROKEN_SEAL'

  constructor(kind: SealedKind) {
    super(
      `This ${kind} was not made here, or its key is no longer in use. Leave it out and start over`,
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

const LEAST_KEY_BYTES = 32
