import type { LeaseName } from '../../../leases/lease-name.ts'
import type { LeaseRecord } from '../../../leases/lease-record.ts'
import type { LeaseReading, LeaseStore, StoredLease } from '../../../leases/lease-store.ts'
import { LeaseStoreError } from '../../../leases/lease-store-errors.ts'
import type { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import type { SimulatedProcess } from './process.ts'
import { between, type Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How often each thing goes wrong, from 0 to 1, and how slow the rest is. */
export interface Faults {
  readonly latencyMs: number
  /** Refused before anything was done: 429, 503. */
  readonly refused: number
  /** Lost on the way there. */
  readonly requestLost: number
  /** Done, and the answer lost. */
  readonly answerLost: number
  /** Carried out much later, when its caller has given up (up to 34 s, L12). */
  readonly late: number
  /** Carried out, and then once more. */
  readonly doubled: number
  /** The answer comes, and late. */
  readonly answerLate: number
}

export const NO_FAULTS: Faults = {
  latencyMs: 20,
  refused: 0,
  requestLost: 0,
  answerLost: 0,
  late: 0,
  doubled: 0,
  answerLate: 0,
}

const GIVES_UP_AFTER_MS = 5_000
const LATEST_MS = 34_000

/** The way from one process to the store, with everything that can happen on it. */
export class SimulatedNetwork implements LeaseStore {
  readonly #process: SimulatedProcess
  readonly #time: VirtualTime
  readonly #store: MemoryLeaseStore
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #count: (fault: keyof Faults) => void

  constructor(props: {
    readonly process: SimulatedProcess
    readonly time: VirtualTime
    readonly store: MemoryLeaseStore
    readonly random: Random
    readonly faults: () => Faults
    readonly count: (fault: keyof Faults) => void
  }) {
    this.#process = props.process
    this.#time = props.time
    this.#store = props.store
    this.#random = props.random
    this.#faults = props.faults
    this.#count = props.count
  }

  read(name: LeaseName, signal?: AbortSignal): Promise<LeaseReading> {
    return this.#call(() => this.#store.read(name), signal)
  }

  replace(seen: StoredLease, next: LeaseRecord, signal?: AbortSignal): Promise<LeaseReading> {
    return this.#call(() => this.#store.replace(seen, next), signal)
  }

  changed(seen: StoredLease, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const latency = between(this.#random, 0, this.#faults().latencyMs)
    this.#store.changed(seen, signal).then(
      () => this.#process.deliver(this.#time.nowMs + latency, resolve),
      () => {},
    )
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }

  epoch(): Promise<string> {
    return this.#store.epoch()
  }

  #call(
    carryOut: () => Promise<LeaseReading>,
    signal: AbortSignal | undefined,
  ): Promise<LeaseReading> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<LeaseReading>()
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#send(carryOut, resolve, reject)
    return promise.finally(() => signal?.removeEventListener('abort', abort))
  }

  #send(
    carryOut: () => Promise<LeaseReading>,
    resolve: (reading: LeaseReading) => void,
    reject: (error: unknown) => void,
  ): void {
    const random = this.#random
    const faults = this.#faults()
    const now = this.#time.nowMs
    const there = between(random, 1, faults.latencyMs)
    const answer = (afterMs: number, take: () => void) =>
      this.#process.deliver(this.#time.nowMs + afterMs, take)
    const fail = (outcome: 'none' | 'unknown', afterMs: number) =>
      answer(afterMs, () =>
        reject(new LeaseStoreError({ message: 'simulated', outcome, retryable: true })),
      )
    const arrive = (afterMs: number, answeredAfterMs = Number.NaN) =>
      this.#time.at(now + afterMs, () => {
        const give = (take: () => void) => answeredAfterMs >= 0 && answer(answeredAfterMs, take)
        carryOut().then(
          (reading) => give(() => resolve(reading)),
          (error) => give(() => reject(error)),
        )
      })
    const fault = this.#process.isCutOff ? 'requestLost' : this.#draw(faults)
    const back = between(random, 1, faults.latencyMs)
    if (fault !== undefined) this.#count(fault)
    switch (fault) {
      case 'refused':
        fail('none', there + back)
        break
      case 'requestLost':
        fail('unknown', GIVES_UP_AFTER_MS)
        break
      case 'answerLost':
        arrive(there)
        fail('unknown', GIVES_UP_AFTER_MS)
        break
      case 'late':
        arrive(between(random, 0, LATEST_MS))
        fail('unknown', GIVES_UP_AFTER_MS)
        break
      case 'doubled':
        arrive(there, back)
        arrive(there + between(random, 0, LATEST_MS))
        break
      case 'answerLate':
        arrive(there, between(random, 0, GIVES_UP_AFTER_MS))
        break
      default:
        arrive(there, back)
    }
  }

  #draw(faults: Faults): Exclude<keyof Faults, 'latencyMs'> | undefined {
    let left = this.#random()
    for (const name of FAULT_NAMES) {
      left -= faults[name]
      if (left < 0) return name
    }
    return undefined
  }
}

const FAULT_NAMES = [
  'refused',
  'requestLost',
  'answerLost',
  'late',
  'doubled',
  'answerLate',
] as const
