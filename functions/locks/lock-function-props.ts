import type { Clock } from '../../leases/clock.ts'
import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LeaseStore } from '../../leases/lease-store.ts'
import type { Limits } from '../http/limits.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { Authorizer } from '../identity/authorizer.ts'

export interface LockFunctionProps {
  readonly store: LeaseStore
  /**
   * Names the Leases of the store, for whoever asks which locks there are.
   *
   * @default none: single locks can be read, and nothing lists them
   */
  readonly listing?: LeaseListing
  /**
   * What is signed for callers to bring back: handles and observations. 32 random bytes at least, the
   * same for all instances. The first one signs; those after it still count, so that a key can be
   * replaced while holds are under way.
   */
  readonly keys: readonly [Uint8Array, ...Uint8Array[]]
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** Takes log entries, and gives them the time. */
  readonly log: LogSink
  /** @default none, and no `/metrics` */
  readonly metrics?: RequestMetrics
  /** @default `DEFAULT_LIMITS` for each that is not given */
  readonly limits?: Partial<Limits>
  /**
   * How far apart the clocks of the store's servers may be, in milliseconds.
   *
   * @default 5000
   */
  readonly skewMs?: number
  /** @default the clocks of this machine */
  readonly clock?: Clock
  /** From 0 up to 1, to spread retries. @default Math.random */
  readonly random?: () => number
}
