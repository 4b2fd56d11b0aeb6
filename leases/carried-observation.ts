import type { Clock } from './clock.ts'
import type { ExpiryJudge, ExpiryVerdict, Silence } from './expiry-judge.ts'
import { describeLease } from './lease-name.ts'
import type { LeaseReading } from './lease-store.ts'
import type { Seal } from './seal.ts'
import { shortDigest } from './short-digest.ts'

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

/** A sign of life, and when it was first seen: by the store's clock, and by the function's. */
type Sighting = readonly [sign: string, storeMs: number, wallMs: number]

interface Observation {
  /** None in what was made before it was of more than one Lease. */
  readonly seen?: readonly Sighting[]
}

const DEFAULT_SKEW_MS = 5_000
/** The store's clock may have whole seconds. */
const STORE_CLOCK_STEP_MS = 1_000

/** How much later than those with a memory it knows that somebody is gone. */
export const judgesLateMs = (skewMs: number = DEFAULT_SKEW_MS): number =>
  STORE_CLOCK_STEP_MS + skewMs

/**
 * The judge of a caller without memory: it brings back, signed, when each Lease's sign of life was first
 * seen. Two clocks have to agree that the term has passed since then: the store's, and the one of the
 * function. If they do not, one of them was set, and nothing is decided.
 */
export class CarriedObservation implements ExpiryJudge {
  readonly #props: CarriedObservationProps
  readonly #skewMs: number
  readonly #seen = new Map<string, Sighting>()
  #opened: readonly Sighting[] | undefined

  constructor(props: CarriedObservationProps) {
    this.#props = props
    this.#skewMs = props.skewMs ?? DEFAULT_SKEW_MS
  }

  /**
   * To be brought the next time: of each Lease that was judged, and so of the slots and the queue of
   * one lock at most. `undefined` if there was none.
   */
  get observation(): string | undefined {
    if (this.#seen.size === 0) return undefined
    const observation: Observation = { seen: [...this.#seen.values()] }
    return this.#props.seal.sign('observation', observation)
  }

  /** @throws {BrokenSealError} */
  async judge(silence: Silence, { lease, storeTimeMs }: LeaseReading): Promise<ExpiryVerdict> {
    const name = describeLease(lease.name)
    const nowMs = this.#props.clock.wallMs()
    const now: Sighting = [signOf(name, silence), storeTimeMs, nowMs]
    const lateMs = silence.costsOnlyTurn ? STORE_CLOCK_STEP_MS : judgesLateMs(this.#skewMs)
    const neededMs = silence.termMs + lateMs
    const first = this.#brought().find(([sign]) => sign === now[0]) ?? now
    const [, storeMs, wallMs] = first

    const storeElapsedMs = storeTimeMs - storeMs
    const wallElapsedMs = nowMs - wallMs
    const disagreementMs = Math.abs(storeElapsedMs - wallElapsedMs)
    if (disagreementMs > judgesLateMs(this.#skewMs)) {
      this.#seen.set(name, now)
      return { isOver: false, againInMs: neededMs, disagreementMs }
    }
    this.#seen.set(name, first)
    const leftMs = neededMs - Math.min(storeElapsedMs, wallElapsedMs)
    return { isOver: leftMs <= 0, againInMs: Math.max(leftMs, 0) }
  }

  #brought(): readonly Sighting[] {
    const { seal, brought } = this.#props
    if (brought === undefined) return []
    this.#opened ??= (seal.open('observation', brought) as Observation).seen ?? []
    return this.#opened
  }
}

/** Short, however long it is: all that is seen of a lock of 100 slots has to fit a request. */
const signOf = (lease: string, { signOfLife }: Silence): string =>
  shortDigest(JSON.stringify([lease, signOfLife]))
