import { holdState } from '../../../leases/hold-state.ts'
import type { LeaseReading } from '../../../leases/lease-store.ts'
import { liveTickets } from '../../../leases/tickets.ts'
import type { SimulatedProcess } from './process.ts'

/** From then on whoever finds the lock free knows that somebody waits. */
const KNOWN_AFTER_MS = 1000

/** Who waits, in the order in which they really came. */
export class Line {
  readonly #cameAtMs = new Map<string, number>()
  readonly #waiting = new Map<string, SimulatedProcess>()
  #tickets: readonly string[] = []
  #lying = { what: '', sinceMs: 0 }

  begin(id: string, process: SimulatedProcess): void {
    this.#waiting.set(id, process)
  }

  end(id: string): void {
    this.#waiting.delete(id)
  }

  /** Looks at the Leases of lock and queue as they are now. */
  look(lock: LeaseReading, queue: LeaseReading, nowMs: number): void {
    this.#tickets = liveTickets(queue).map(({ id }) => id)
    for (const id of this.#tickets) {
      if (!this.#cameAtMs.has(id)) this.#cameAtMs.set(id, nowMs)
    }
    const { uid, record } = lock.lease
    const free = [uid, record.leaseTransitions, this.#tickets[0]]
    const what = holdState(lock.lease) ? '' : JSON.stringify(free)
    if (what !== this.#lying.what) this.#lying = { what, sinceMs: nowMs }
  }

  /** For how long nobody has had the lock, and somebody who lives has waited behind the same one. */
  lyingForMs(nowMs: number): number {
    if (this.#lying.what === '') return 0
    const [, ...behind] = this.#tickets
    const cameMs = behind
      .filter((id) => this.#waiting.get(id)?.isDead === false)
      .map((id) => this.#cameAtMs.get(id) ?? nowMs)
    return nowMs - Math.max(this.#lying.sinceMs, Math.min(nowMs, ...cameMs))
  }

  /** Whose the first ticket is, as it was seen last. */
  get first(): SimulatedProcess | undefined {
    return this.#waiting.get(this.#tickets[0] ?? '')
  }

  /** Those who came before, and wait yet. */
  before(id: string, nowMs: number): readonly string[] {
    const ownMs = this.#cameAtMs.get(id) ?? nowMs
    const alive = [...this.#waiting].filter(([, process]) => !process.isDead)
    return alive
      .map(([other]) => other)
      .filter((other) => {
        const cameMs = this.#cameAtMs.get(other) ?? nowMs
        return other !== id && cameMs < ownMs && cameMs < nowMs - KNOWN_AFTER_MS
      })
  }
}
