import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { FunctionEnv } from '../http/function-env.ts'
import { toHex } from './hmac-signature.ts'
import { withinSinkDeadline } from './sink-deadline.ts'
import {
  type ProvenDelivery,
  provenDelivery,
  type WebhookFunctionContext,
} from './webhook-context.ts'
import type { IdentifiedTelling, WebhookReader } from './webhook-reader.ts'
import { SENDER_PROOFS, type SenderKind } from './webhook-sender.ts'
import type { WebhookSink } from './webhook-sink.ts'

/**
 * How long an instance knows what it has passed on, in milliseconds. As long as the same signature
 * counts, and so longer than senders try again; shorter than an alert is repeated that fires still.
 */
const KNOWN_FOR_MS = 10 * 60 * 1000

/** `POST /webhooks/KIND`, of senders that tell something and want to know no more than that it came. */
export function addTeller(
  app: OpenAPIHono<FunctionEnv>,
  context: WebhookFunctionContext,
  kind: SenderKind,
  reader: WebhookReader,
): void {
  const take = (c: Context<FunctionEnv>) => takeWebhook(c, context, kind, reader)
  app.post(`/webhooks/${kind}`, take)
  const proofs: readonly string[] = SENDER_PROOFS[kind]
  if (proofs.includes('url')) app.post(`/webhooks/${kind}/:secret`, take)
}

/** 202 if anything of it was passed on, else 200: what nobody needs is no failure of its sender. */
async function takeWebhook(
  c: Context<FunctionEnv>,
  context: WebhookFunctionContext,
  kind: SenderKind,
  reader: WebhookReader,
): Promise<Response> {
  const proven = await provenDelivery(c, context, kind)
  const { environment, ...settings } = proven.sender
  const host = 'host' in settings ? settings.host : undefined
  const { tellings, ignored } = reader(proven.delivery, { sender: kind, environment, host })
  const keyed = await withKeys(tellings, proven, context)
  const fresh = keyed.filter(({ key }) => context.told.get(key) === undefined)
  const counts = { taken: fresh.length, known: keyed.length - fresh.length }
  Object.assign(c.var.logged, counts, { ignored })
  if (fresh.length > 0) await passOn(c, context, fresh)
  return c.json({ ...counts, ...(ignored && { ignored }) }, fresh.length > 0 ? 202 : 200)
}

interface KeyedTelling {
  readonly telling: IdentifiedTelling
  /** Tells it from all else that is told here, by whomever. */
  readonly key: string
}

async function withKeys(
  tellings: readonly IdentifiedTelling[],
  { delivery, sender }: ProvenDelivery,
  { senders }: WebhookFunctionContext,
): Promise<readonly KeyedTelling[]> {
  const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', delivery.body)))
  return tellings.map((telling, index) => {
    const id = telling.id ?? `${digest} ${index}`
    return { telling, key: `${senders.indexOf(sender)} ${telling.kind} ${id}` }
  })
}

/**
 * All of it, whatever becomes of one part. What was not taken is not known, so that it counts when the
 * sender comes again.
 *
 * @throws what the sink threw first
 */
async function passOn(
  c: Context<FunctionEnv>,
  context: WebhookFunctionContext,
  tellings: readonly KeyedTelling[],
): Promise<void> {
  const { sink, clock, told } = context
  await withinSinkDeadline(c, context, async (signal) => {
    const results = await Promise.allSettled(
      tellings.map(async ({ telling, key }) => {
        await tell(sink, telling, signal)
        told.set(key, true, clock.monotonicMs() + KNOWN_FOR_MS)
      }),
    )
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  })
}

async function tell(
  sink: WebhookSink,
  telling: IdentifiedTelling,
  signal: AbortSignal,
): Promise<void> {
  switch (telling.kind) {
    case 'look':
      return sink.look(telling.hint, signal)
    case 'alert':
      return sink.alert(telling.alert, signal)
    case 'image':
      return sink.image(telling.push, signal)
  }
}
