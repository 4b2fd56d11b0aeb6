import type { HeldLock } from '../../../leases/held-lock.ts'
import type { SimulatedProcess } from './process.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A hold as the world sees it, which no process can. */
export interface SeenHoldSpan {
  readonly id: string
  readonly process: string
  readonly slot: string
  readonly token: bigint
  readonly askedMs: number
  readonly gotMs: number
  /**
   * Since when its process does not believe any more that it holds, whatever it does about that. Since
   * it asked, if it never did: the answer came when the hold was over.
   */
  endedMs: number | undefined
}

/** A write that reached what the lock protects. */
export interface SeenWrite {
  readonly id: string
  readonly process: string
  readonly slot: string
  readonly token: bigint
  readonly atMs: number
  readonly isAccepted: boolean
}

export interface Violation {
  readonly invariant: string
  readonly text: string
  readonly atMs: number
}

/** Something that happened, for a person who reads a failing schedule. */
export interface Happening {
  readonly atMs: number
  readonly who: string
  readonly what: string
}

interface Believer {
  readonly hold: HeldLock
  readonly process: SimulatedProcess
  readonly span: SeenHoldSpan
  /** Since when it ought to know that it holds no longer. */
  overdueMs: number | undefined
}

/** How late a process may be told, if it runs: all that happens at one moment has happened then. */
const TOLD_WITHIN_MS = 1

/** Watches all processes at once and says what must not happen. */
export class Witness {
  readonly violations: Violation[] = []
  readonly spans: SeenHoldSpan[] = []
  readonly writes: SeenWrite[] = []
  readonly happenings: Happening[] = []
  readonly #time: VirtualTime
  #slots: number
  #isSaid = false
  readonly #believers = new Set<Believer>()
  #promisesExclusion = true
  #wasExcluded = true
  readonly #tokenOwners = new Map<string, string>()

  constructor(time: VirtualTime, slots: number) {
    this.#time = time
    this.#slots = slots
  }

  tell(who: string, what: string): void {
    this.happenings.push({ atMs: this.#time.nowMs, who, what })
  }

  /** From here on only tokens keep holders apart: somebody took a hold away by force. */
  exclusionIsOff(): void {
    this.#promisesExclusion = false
    this.#wasExcluded = false
  }

  /** Whether nobody took a hold away by force. */
  get isExclusive(): boolean {
    return this.#wasExcluded
  }

  /** I13: whoever says another number of slots than those that held it before gets nothing. */
  saidSlots(slots: number): void {
    if (this.#isSaid && slots !== this.#slots) {
      this.#violated('I13', `holds of ${this.#slots} slots and of ${slots}`)
    }
    this.#isSaid = true
    this.#slots = slots
  }

  /** I6: a hold that is asked for again is the same. */
  got(process: SimulatedProcess, hold: HeldLock, slot: string, askedMs: number): SeenHoldSpan {
    const span: SeenHoldSpan = {
      id: hold.id,
      process: process.name,
      slot,
      token: hold.token.number,
      askedMs,
      gotMs: this.#time.nowMs,
      endedMs: undefined,
    }
    const key = `${slot}:${span.token}`
    const owner = this.#tokenOwners.get(key)
    if (owner !== undefined && owner !== span.id) {
      this.#violated('I1', `token ${span.token} of ${slot} is of ${owner} and of ${span.id}`)
    }
    this.#tokenOwners.set(key, span.id)
    this.spans.push(span)
    const believer = { hold, process, span, overdueMs: undefined }
    if (!believes(believer)) span.endedMs = askedMs
    this.#believers.add(believer)
    this.tell(process.name, `holds ${slot} with token ${span.token}`)
    return span
  }

  ended(hold: HeldLock): void {
    for (const believer of this.#believers) {
      if (believer.hold !== hold) continue
      believer.span.endedMs ??= this.#time.nowMs
      this.#believers.delete(believer)
    }
  }

  wrote(write: Omit<SeenWrite, 'atMs'>): void {
    this.writes.push({ ...write, atMs: this.#time.nowMs })
  }

  /** I6: asking again under the same id answers the same. */
  givenTwice(id: string): void {
    if (this.#promisesExclusion) this.#violated('I6', `hold ${id} was given twice`)
  }

  violated(invariant: string, text: string): void {
    this.#violated(invariant, text)
  }

  /** I9: whoever runs is told when its hold may be over. */
  #checkTold(believer: Believer): void {
    const { hold, process, span } = believer
    if (
      hold.remainingMs > 0 ||
      hold.signal.aborted ||
      process.isPaused ||
      process.isDead ||
      process.hadTimeSet
    ) {
      believer.overdueMs = undefined
      return
    }
    believer.overdueMs ??= this.#time.nowMs
    if (this.#time.nowMs - believer.overdueMs <= TOLD_WITHIN_MS) return
    this.#violated('I9', `${process.name} was not told that hold ${span.token} is over`)
    this.#believers.delete(believer)
  }

  /** I3, I10: at no moment do more believe that they hold than there are slots. */
  look(): void {
    const believing: Believer[] = []
    for (const believer of this.#believers) {
      this.#checkTold(believer)
      if (believes(believer)) believing.push(believer)
      else believer.span.endedMs ??= this.#time.nowMs
    }
    if (this.#promisesExclusion && believing.length > this.#slots) {
      const who = believing.map(({ process, span }) => `${process.name} (${span.token})`)
      this.#violated('I3', `${who.join(' and ')} believe that they hold`)
      this.#promisesExclusion = false
    }
  }

  /** I2: a hold that was asked for after another one was there has a larger token. */
  checkOrder(): void {
    for (const [index, later] of this.spans.entries()) {
      for (const earlier of this.spans.slice(0, index)) {
        if (earlier.slot !== later.slot || earlier.id === later.id) continue
        if (earlier.gotMs <= later.askedMs && earlier.token >= later.token) {
          this.#violated('I2', `token ${later.token} came after ${earlier.token}`)
        }
      }
    }
  }

  /** Nobody gets it sooner after another one than the minimum says, but for the drift of clocks. */
  checkMinimum(minimumHoldSeconds: number, drift: number): void {
    const leastMs = (minimumHoldSeconds * 1000) / (1 + drift) - 200
    for (const [index, { gotMs, token }] of this.spans.entries()) {
      const before = this.spans[index - 1]
      if (before !== undefined && gotMs - before.gotMs < leastMs) {
        this.#violated('I12', `token ${token} came ${gotMs - before.gotMs} ms after the one before`)
      }
    }
  }

  #violated(invariant: string, text: string): void {
    this.violations.push({ invariant, text, atMs: this.#time.nowMs })
    this.tell('witness', `${invariant}: ${text}`)
  }
}

const believes = ({ process, hold }: Believer): boolean =>
  !process.isDead && hold.remainingMs > 0 && !hold.signal.aborted
