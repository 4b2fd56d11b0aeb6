export type { Clock } from './clock.ts'
export { systemClock } from './clock.ts'
export type { FencedResource } from './fenced-resource.ts'
export { StaleTokenError } from './fenced-resource.ts'
export type { FencingToken } from './fencing-token.ts'
export {
  compareTokens,
  formatToken,
  IncomparableTokensError,
  parseToken,
} from './fencing-token.ts'
export { HeldLock } from './held-lock.ts'
export type { HoldEnd, Metadata } from './hold-state.ts'
export type { HoldRequest } from './hold-writes.ts'
export type { LeaseListing } from './lease-listing.ts'
export type { LeaseName } from './lease-name.ts'
export type { LeaseRecord } from './lease-record.ts'
export type { LeaseReading, LeaseStore, StoredLease } from './lease-store.ts'
export type { LeaseStoreErrorProps } from './lease-store-errors.ts'
export { LeaseConflictError, LeaseMissingError, LeaseStoreError } from './lease-store-errors.ts'
export { HoldLostError, LockHeldError, LockRequestError, LockSlotsError } from './lock-errors.ts'
export { QueueFullError } from './lock-queue.ts'
export { TtlOutOfRangeError } from './lock-timing.ts'
export type { HoldOptions, LocksProps, RunOutcome, WorkOptions } from './locks.ts'
export { Locks } from './locks.ts'
export type { RunRecord } from './run-records.ts'
export { RunTakenOverError } from './run-records.ts'
