import type { Clock } from '../../leases/clock.ts'
import { DEFAULT_LIMITS, type Limits } from '../http/limits.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import type { WebhookSender } from './webhook-sender.ts'
import type { WebhookSink } from './webhook-sink.ts'

export interface WebhookFunctionProps {
  /** Who is let in. Of kinds that nobody is of there are no paths. */
  readonly senders: readonly WebhookSender[]
  readonly sink: WebhookSink
  /** Takes log entries, and gives them the time. */
  readonly log: LogSink
  /** @default none, and no `/metrics` */
  readonly metrics?: RequestMetrics
  /** @default `WEBHOOK_LIMITS` for each that is not given */
  readonly limits?: Partial<Limits>
  /** @throws as long as the sink cannot take anything. @default - it always can */
  readonly becomeReady?: () => Promise<unknown>
  /** @default the clocks of this machine */
  readonly clock?: Clock
}

/** What one webhook may take. The most patient of the senders waits 15 s, most of them 10. */
export const WEBHOOK_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  bodyBytes: 1024 * 1024,
  requestMs: 8_000,
}
