import type { Clock } from '../../../leases/clock.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface ProcessProps {
  readonly name: string
  readonly time: VirtualTime
  /** How fast its monotonic clock runs. */
  readonly rate: number
  /** How far its wall clock is off. */
  readonly offsetMs: number
}

/** A process with clocks of its own. It can be paused, and it can die at any moment. */
export class SimulatedProcess {
  readonly name: string
  readonly clock: Clock
  readonly #time: VirtualTime
  readonly #rate: number
  #offsetMs: number
  #pausedUntilMs = 0
  #cutOffUntilMs = 0
  #diedAtMs: number | undefined
  #deliveries = 0
  #hadTimeSet = false
  #diesAtDelivery = Number.POSITIVE_INFINITY

  constructor({ name, time, rate, offsetMs }: ProcessProps) {
    this.name = name
    this.#time = time
    this.#rate = rate
    this.#offsetMs = offsetMs
    this.clock = {
      monotonicMs: () => time.nowMs * rate,
      wallMs: () => Date.UTC(2026, 10, 21) + time.nowMs * rate + this.#offsetMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    }
  }

  /** Whether its timers may go off later than its clocks say they should have. */
  get hadTimeSet(): boolean {
    return this.#hadTimeSet
  }

  get isCutOff(): boolean {
    return this.#time.nowMs < this.#cutOffUntilMs
  }

  get isPaused(): boolean {
    return this.#time.nowMs < this.#pausedUntilMs
  }

  get isDead(): boolean {
    return this.#diedAtMs !== undefined
  }

  /** 0 for one that lives. */
  get deadForMs(): number {
    return this.#time.nowMs - (this.#diedAtMs ?? this.#time.nowMs)
  }

  /** How many times it went on after it had waited for something. */
  get deliveries(): number {
    return this.#deliveries
  }

  /** As SIGSTOP and, later, SIGCONT: its clocks go on. */
  pause(forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#time.nowMs + forMs)
  }

  /** Nothing that it sends arrives. */
  cutOff(forMs: number): void {
    this.#cutOffUntilMs = Math.max(this.#cutOffUntilMs, this.#time.nowMs + forMs)
  }

  /** As somebody who sets the time, by NTP or by hand. */
  setWallClock(offsetMs: number): void {
    this.#hadTimeSet = true
    this.#offsetMs = offsetMs
  }

  /** As SIGKILL. What it has sent is on its way all the same. */
  kill(): void {
    this.#diedAtMs ??= this.#time.nowMs
  }

  /** Dies instead of going on for that time. */
  killAtDelivery(delivery: number): void {
    this.#diesAtDelivery = delivery
  }

  /** Something that this process waits for happens: it sees it when it runs. */
  deliver(atMs: number, happen: () => void): void {
    this.#time.at(Math.max(atMs, this.#pausedUntilMs), () => {
      if (this.isDead) return
      if (this.#time.nowMs < this.#pausedUntilMs) return this.deliver(this.#pausedUntilMs, happen)
      this.#deliveries += 1
      if (this.#deliveries >= this.#diesAtDelivery) this.kill()
      else happen()
    })
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    // As timers: in whole milliseconds, and at least one.
    const timerMs = Math.max(Math.ceil(ms), 1)
    this.deliver(this.#time.nowMs + timerMs / this.#rate, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    return promise
  }
}
