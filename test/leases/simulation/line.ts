import type { LeaseReading } from '../../../leases/lease-store.ts'
import { LEASE_ANNOTATIONS } from '../../../leases/names.ts'

/** From then on whoever finds the lock free knows that somebody waits. */
const KNOWN_AFTER_MS = 1000

/** Who waits, in the order in which they really came. */
export class Line {
  readonly #cameAtMs = new Map<string, number>()
  readonly #waiting = new Set<string>()

  begin(id: string): void {
    this.#waiting.add(id)
  }

  end(id: string): void {
    this.#waiting.delete(id)
  }

  /** Looks at the queue's Lease as it is now. */
  look({ lease }: LeaseReading, nowMs: number): void {
    const tickets = JSON.parse(lease.record.annotations[LEASE_ANNOTATIONS.tickets] ?? '[]')
    for (const { id } of tickets as readonly { readonly id: string }[]) {
      if (!this.#cameAtMs.has(id)) this.#cameAtMs.set(id, nowMs)
    }
  }

  /** Those who came before, and wait yet. */
  before(id: string, nowMs: number): readonly string[] {
    const ownMs = this.#cameAtMs.get(id) ?? nowMs
    return [...this.#waiting].filter((other) => {
      const cameMs = this.#cameAtMs.get(other) ?? nowMs
      return other !== id && cameMs < ownMs && cameMs < nowMs - KNOWN_AFTER_MS
    })
  }
}
