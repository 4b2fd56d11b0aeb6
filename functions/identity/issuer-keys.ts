import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type LocalJWKSet,
} from 'jose'
import type { Clock } from '../../leases/clock.ts'
import { orAborted } from '../../leases/or-aborted.ts'
import { AuthenticationUnavailableError } from './authenticator.ts'
import { IssuerDocuments } from './issuer-documents.ts'

export interface IssuerKeysProps {
  readonly issuer: string
  readonly maxAgeMs: number
  readonly cooldownMs: number
  readonly fetch: typeof fetch
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** What a request has begun there ends with it, so no other one may wait for it. */
const REQUESTS_STAND_ALONE = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

/** All times are by the monotonic clock. */
interface KeysAddress {
  readonly address: string
  readonly untilMs: number
}

interface KnownKeys {
  readonly find: LocalJWKSet
  /** When they were asked for: those that were published later may be missing. */
  readonly askedMs: number
  readonly untilMs: number
}

interface FailedAsk {
  readonly error: unknown
  /** Until then the issuer is left alone. */
  readonly untilMs: number
}

/**
 * The keys of an issuer of OpenID Connect. They, and where they are, are asked for when a token needs
 * them: once for all requests that need them at the same time, on Workers by each for itself.
 *
 * A key is found that was published `cooldownMs` before its token came, whoever else asks for what
 * meanwhile. One that was withdrawn is none after `maxAgeMs`. An issuer that answers badly is left alone
 * for `cooldownMs`, or for as long as it wants; whoever needs it meanwhile gets the error that it gave.
 */
export class IssuerKeys {
  readonly #props: IssuerKeysProps
  readonly #documents: IssuerDocuments
  #address: KeysAddress | undefined
  #known: KnownKeys | undefined
  #asking: Promise<KnownKeys> | undefined
  #failed: FailedAsk | undefined

  constructor(props: IssuerKeysProps) {
    this.#props = props
    this.#documents = new IssuerDocuments(props)
  }

  /**
   * The key that a token says it was signed with.
   *
   * @throws {errors.JWKSNoMatchingKey} if there is none
   * @throws {errors.JWKSInvalid} if what the issuer answers are no keys
   * @throws {AuthenticationUnavailableError}
   * @throws the reason of the signal
   */
  async find(
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
    signal: AbortSignal,
  ): Promise<CryptoKey> {
    const { clock, cooldownMs } = this.#props
    const cameMs = clock.monotonicMs()
    let known = this.#known
    if (known === undefined || cameMs >= known.untilMs) known = await this.#ask(signal)
    // What others have asked before may be older than the key. What is asked after that is not.
    for (let left = 2; ; left--) {
      try {
        return await known.find(header, token)
      } catch (error) {
        const isCoolingDown = cameMs < known.askedMs + cooldownMs
        if (!(error instanceof errors.JWKSNoMatchingKey) || isCoolingDown || left === 0) throw error
      }
      known = await this.#askAfter(known, signal)
    }
  }

  /** As others have done it meanwhile, if they have. */
  async #askAfter({ askedMs }: KnownKeys, signal: AbortSignal): Promise<KnownKeys> {
    const known = this.#known
    return known !== undefined && known.askedMs > askedMs ? known : this.#ask(signal)
  }

  async #ask(signal: AbortSignal): Promise<KnownKeys> {
    signal.throwIfAborted()
    const failed = this.#failed
    if (failed !== undefined && this.#props.clock.monotonicMs() < failed.untilMs) throw failed.error
    if (REQUESTS_STAND_ALONE) return this.#tryFetchKeys(signal)
    this.#asking ??= this.#tryFetchKeys().finally(() => {
      this.#asking = undefined
    })
    // What others wait for too goes on without whoever waits no longer.
    return orAborted(this.#asking, signal)
  }

  /** Remembers failures, but not that whoever asked for itself has left. */
  async #tryFetchKeys(signal?: AbortSignal): Promise<KnownKeys> {
    try {
      return await this.#fetchKeys(signal)
    } catch (error) {
      signal?.throwIfAborted()
      const { clock, cooldownMs } = this.#props
      const restMs = Math.max(cooldownMs, wantedRestMs(error))
      this.#failed = { error, untilMs: clock.monotonicMs() + restMs }
      throw error
    }
  }

  async #fetchKeys(signal: AbortSignal | undefined): Promise<KnownKeys> {
    const askedMs = this.#props.clock.monotonicMs()
    const { address, untilMs } = await this.#whereKeysAre(askedMs, signal)
    const keys = (await this.#documents.read(address, signal)) as JSONWebKeySet
    const known = { find: createLocalJWKSet(keys), askedMs, untilMs }
    if (this.#known === undefined || this.#known.askedMs <= askedMs) this.#known = known
    return known
  }

  async #whereKeysAre(nowMs: number, signal: AbortSignal | undefined): Promise<KeysAddress> {
    if (this.#address !== undefined && nowMs < this.#address.untilMs) return this.#address
    const address = await this.#documents.keysAddress(signal)
    this.#address = { address, untilMs: nowMs + this.#props.maxAgeMs }
    return this.#address
  }
}

const wantedRestMs = (error: unknown): number =>
  (error instanceof AuthenticationUnavailableError ? error.retryAfterMs : undefined) ?? 0
