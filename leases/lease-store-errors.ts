import { describeLease, type LeaseName } from './lease-name.ts'

/** Somebody else wrote the Lease first, or it is not that object any more. An answer, no failure. */
export class LeaseConflictError extends Error {
  override readonly name = 'LeaseConflictError'
  readonly code = 'LEASE_CONFLICT'

  constructor(lease: LeaseName, options?: ErrorOptions) {
    super(`Lease ${describeLease(lease)} was written by somebody else. Read it again`, options)
  }
}

/** There is no such Lease, and this store does not make any. */
export class LeaseMissingError extends Error {
  override readonly name = 'LeaseMissingError'
  readonly code = 'LOCK_NOT_DECLARED'
  readonly lease: LeaseName

  constructor(lease: LeaseName, options?: ErrorOptions) {
    super(
      `Lease ${describeLease(lease)} does not exist. Declare the lock: new Lock(namespace, '${lease.name}'), and publish`,
      options,
    )
    this.lease = lease
  }
}

export interface LeaseStoreErrorProps {
  readonly message: string
  /** Whether a write has been carried out. `unknown` is the honest answer to a lost one. */
  readonly outcome: 'none' | 'unknown'
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** How long the store asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** The store did not answer, or understood and said no. */
export class LeaseStoreError extends Error {
  override readonly name = 'LeaseStoreError'
  readonly code = 'LEASE_STORE'
  readonly outcome: 'none' | 'unknown'
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor({ message, outcome, retryable, retryAfterMs, cause }: LeaseStoreErrorProps) {
    super(message, { cause })
    this.outcome = outcome
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}
