import type { Context } from 'hono'
import type { Clock } from '../../leases/clock.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import type { Limits } from '../http/limits.ts'
import type { LogSink } from '../http/log-sink.ts'
import type { BriefCache } from '../identity/brief-cache.ts'
import { proveSender } from './prove-sender.ts'
import { WebhookDelivery } from './webhook-delivery.ts'
import type { SenderKind, WebhookSender } from './webhook-sender.ts'
import type { WebhookSink } from './webhook-sink.ts'

/** What all webhooks of one function share. */
export interface WebhookFunctionContext {
  readonly senders: readonly WebhookSender[]
  readonly sink: WebhookSink
  readonly limits: Limits
  readonly clock: Clock
  readonly log: LogSink
  /**
   * What this instance has passed on lately. It saves work and promises nothing: other instances do not
   * know, and what is old or too much is forgotten.
   */
  readonly told: BriefCache<true>
}

/** A webhook whose sender is known. */
export interface ProvenDelivery {
  readonly delivery: WebhookDelivery
  readonly sender: WebhookSender
}

/** @throws {ProblemError} if nothing proves who sent it */
export async function provenDelivery(
  c: Context<FunctionEnv>,
  { senders, clock }: WebhookFunctionContext,
  kind: SenderKind,
): Promise<ProvenDelivery> {
  c.var.logged.sender = kind
  const delivery = new WebhookDelivery({
    body: new Uint8Array(await c.req.arrayBuffer()),
    header: (name) => c.req.header(name),
    urlSecret: c.req.param('secret'),
  })
  return { delivery, sender: await proveSender(delivery, { kind, senders, clock }) }
}
