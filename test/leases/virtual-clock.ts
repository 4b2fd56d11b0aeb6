import type { Clock } from '../../leases/clock.ts'
import { SimulatedProcess } from './simulation/process.ts'
import { VirtualTime } from './simulation/virtual-time.ts'

/** Lets a test say when time passes. */
export class VirtualClock {
  readonly #time = new VirtualTime()
  readonly clock: Clock = this.clockOf('test')

  /** The clock of one more process; all of them run alike. */
  clockOf(name: string): Clock {
    return new SimulatedProcess({ name, time: this.#time, rate: 1, offsetMs: 0 }).clock
  }

  get nowMs(): number {
    return this.#time.nowMs
  }

  pass(ms: number): Promise<void> {
    return this.#time.run(this.#time.nowMs + ms, () => {})
  }

  /** Lets time pass until something is there, for a day at most. */
  async until<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (let step = 0; step < 864_000 && !isSettled; step++) await this.pass(100)
    return promise
  }
}
