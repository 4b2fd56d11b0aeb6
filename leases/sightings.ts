import type { Clock } from './clock.ts'
import type { ExpiryJudge, ExpiryVerdict, Silence } from './expiry-judge.ts'
import { describeLease, type LeaseName } from './lease-name.ts'
import type { LeaseReading } from './lease-store.ts'

interface Sighting {
  readonly signOfLife: string
  readonly sinceMs: number
}

/**
 * The judge of a caller with memory: it has seen the same sign of life all the time, by its own
 * monotonic clock, since the answer to its first look came.
 */
export class Sightings implements ExpiryJudge {
  readonly #clock: Clock
  readonly #seen = new Map<string, Sighting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async judge({ signOfLife, termMs }: Silence, { lease }: LeaseReading): Promise<ExpiryVerdict> {
    const key = describeLease(lease.name)
    const nowMs = this.#clock.monotonicMs()
    const before = this.#seen.get(key)
    const sighting = before?.signOfLife === signOfLife ? before : { signOfLife, sinceMs: nowMs }
    this.#seen.set(key, sighting)
    const leftMs = sighting.sinceMs + termMs - nowMs
    return { isOver: leftMs <= 0, againInMs: Math.max(leftMs, 0) }
  }

  /** What was seen of a Lease counts no longer. */
  forget(lease: LeaseName): void {
    this.#seen.delete(describeLease(lease))
  }
}
