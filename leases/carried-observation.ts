import type { Clock } from './clock.ts'
import type { ExpiryJudge, ExpiryVerdict, Silence } from './expiry-judge.ts'
import { describeLease } from './lease-name.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Seal } from './seal.ts'

export interface CarriedObservationProps {
  readonly seal: Seal
  readonly clock: Clock
  /** What the caller got the last time. @default nothing yet */
  readonly brought?: string
  /**
   * How far apart the clocks of the store's servers may be, in milliseconds. The one bound of two
   * clocks that anything here relies on.
   *
   * @default 5000
   */
  readonly skewMs?: number
}

interface Observation {
  readonly lease: string
  readonly signOfLife: string
  readonly storeMs: number
  readonly wallMs: number
}

const DEFAULT_SKEW_MS = 5_000
/** The store's clock may have whole seconds. */
const STORE_CLOCK_STEP_MS = 1_000

/** How much later than those with a memory it knows that somebody is gone. */
export const judgesLateMs = (skewMs: number = DEFAULT_SKEW_MS): number =>
  STORE_CLOCK_STEP_MS + skewMs

/**
 * The judge of a caller without memory: it brings its first observation back, signed. Two clocks
 * have to agree that the term has passed since then: the store's, and the one of the function. If
 * they do not, one of them was set, and nothing is decided.
 */
export class CarriedObservation implements ExpiryJudge {
  readonly #props: CarriedObservationProps
  readonly #skewMs: number

  constructor(props: CarriedObservationProps) {
    this.#props = props
    this.#skewMs = props.skewMs ?? DEFAULT_SKEW_MS
  }

  /** @throws {BrokenSealError} */
  async judge(silence: Silence, { lease, storeTimeMs }: LeaseReading): Promise<ExpiryVerdict> {
    const { clock, brought } = this.#props
    const now: Observation = {
      lease: describeLease(lease.name),
      signOfLife: silence.signOfLife,
      storeMs: storeTimeMs,
      wallMs: clock.wallMs(),
    }
    const lateMs = silence.costsOnlyTurn ? STORE_CLOCK_STEP_MS : judgesLateMs(this.#skewMs)
    const neededMs = silence.termMs + lateMs
    const first = this.#first(now)
    if (first === undefined || brought === undefined) return this.#startOver(now, neededMs)

    const storeElapsedMs = now.storeMs - first.storeMs
    const wallElapsedMs = now.wallMs - first.wallMs
    const disagreementMs = Math.abs(storeElapsedMs - wallElapsedMs)
    if (disagreementMs > judgesLateMs(this.#skewMs)) {
      return { ...this.#startOver(now, neededMs), disagreementMs }
    }
    const leftMs = neededMs - Math.min(storeElapsedMs, wallElapsedMs)
    return { isOver: leftMs <= 0, againInMs: Math.max(leftMs, 0), observation: brought }
  }

  /** The one that was brought, if it is of the same Lease and there was no sign of life since. */
  #first({ lease, signOfLife }: Observation): Observation | undefined {
    const { seal, brought } = this.#props
    if (brought === undefined) return undefined
    const first = seal.open('observation', brought) as unknown as Observation
    return first.lease === lease && first.signOfLife === signOfLife ? first : undefined
  }

  #startOver(now: Observation, neededMs: number): ExpiryVerdict {
    const observation = this.#props.seal.sign('observation', now)
    return { isOver: false, againInMs: neededMs, observation }
  }
}
