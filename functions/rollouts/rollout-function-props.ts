import type { Clock } from '../../leases/clock.ts'
import { DEFAULT_LIMITS, type Limits } from '../http/limits.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { Authorizer } from '../identity/authorizer.ts'
import type { RolloutTarget } from './rollout-target.ts'

export interface RolloutFunctionProps {
  /** The environments that it serves, each under another name. */
  readonly targets: readonly RolloutTarget[]
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** Takes log entries, and gives them the time. */
  readonly log: LogSink
  /** @default none, and no `/metrics` */
  readonly metrics?: RequestMetrics
  /** @default `ROLLOUT_LIMITS` for each that is not given */
  readonly limits?: Partial<Limits>
  /** @default `STREAM_LIMITS` for each that is not given */
  readonly streams?: Partial<StreamLimits>
  /** Aborts when whoever serves is being stopped: connections that are held end then. */
  readonly stopping?: AbortSignal
  /** @default the clocks of this machine */
  readonly clock?: Clock
}

/** A tick may wait for a cluster and for metric stores, and a repository may be far away. */
export const ROLLOUT_LIMITS: Limits = { ...DEFAULT_LIMITS, requestMs: 30_000 }

/** What those who listen to events may take. */
export interface StreamLimits {
  /** How many may listen to one instance at once. @default 100 */
  readonly listeners: number
  /**
   * How long one of them may, in milliseconds; then it comes again and is asked anew who it is. 0 where
   * the platform holds no connections: it is told what is new, and comes again.
   *
   * @default 300_000
   */
  readonly holdMs: number
  /** Time after which a line says that the connection lives, in milliseconds. @default 15_000 */
  readonly heartbeatMs: number
  /** When whoever was cut off should come again, in milliseconds. @default 3_000 */
  readonly comeAgainMs: number
}

export const STREAM_LIMITS: StreamLimits = {
  listeners: 100,
  holdMs: 300_000,
  heartbeatMs: 15_000,
  comeAgainMs: 3_000,
}
