import type { HoldEnd } from './hold-state.ts'
import { describeLease, type LeaseName } from './lease-name.ts'

/** The hold is over: whatever was done under it has to stop. */
export class HoldLostError extends Error {
  override readonly name = 'HoldLostError'
  readonly code = 'HOLD_LOST'
  /** `unknown` if so many holds came after it that the Lease has forgotten. */
  readonly how: HoldEnd | 'unknown'

  constructor(lock: LeaseName, id: string, how: HoldEnd | 'unknown', because?: string) {
    super(
      `Hold ${id} of lock ${describeLease(lock)} is over (${how}${because === undefined ? '' : `: ${because}`}). Stop what it protects, and acquire again under a new id`,
    )
    this.how = how
  }
}

/** Somebody else holds the lock, and the caller did not want to wait, or not any longer. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError'
  readonly code = 'LOCK_HELD'
  readonly holders: readonly string[]

  constructor(lock: LeaseName, holders: readonly string[]) {
    const by = holders.length === 0 ? 'those who came first' : holders.join(', ')
    super(`Lock ${describeLease(lock)} is held by ${by}. Try again later, or wait for it`)
    this.holders = holders
  }
}

/** The caller says another number of slots than the lock has. Nothing was done. */
export class LockSlotsError extends Error {
  override readonly name = 'LockSlotsError'
  readonly code = 'LOCK_SLOTS'
  /** As many as the lock has. */
  readonly slots: number

  constructor(lock: LeaseName, slots: number, asked: number) {
    super(
      `Lock ${describeLease(lock)} has ${slotsInWords(slots)}, and this caller says ${asked}. Say ${slots}; or, where it is declared, change that to ${asked} and publish. In a file or in memory, use a lock of another name`,
    )
    this.slots = slots
  }
}

const slotsInWords = (slots: number): string => (slots === 1 ? 'one slot' : `${slots} slots`)

/** Something about a request that no lock can do. */
export class LockRequestError extends Error {
  override readonly name = 'LockRequestError'
  readonly code = 'LOCK_REQUEST'
}
