import type { WebhookDelivery } from './webhook-delivery.ts'
import type { Alert, ImagePush, LookHint, Told } from './webhook-sink.ts'

/** One thing that a webhook tells of. */
export type Telling =
  | { readonly kind: 'look'; readonly hint: LookHint }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'image'; readonly push: ImagePush }

/** A telling, and what tells it from others of its sender. */
export type IdentifiedTelling = Telling & {
  /** @default - the webhook's body and its place in that, so that only the same bytes are the same */
  readonly id?: string
}

export interface WebhookReading {
  readonly tellings: readonly IdentifiedTelling[]
  /** Why there are fewer tellings than there might be. One sentence without full stop. */
  readonly ignored?: string
}

/** What the settings say of the sender that a webhook is from. */
export interface ReadingContext extends Told {
  /** What images of its registry begin with. */
  readonly host: string | undefined
}

/**
 * What a webhook tells of, in words of the sink. The webhook is its sender's already.
 *
 * @throws {ProblemError} if it is not what the sender documents
 */
export type WebhookReader = (delivery: WebhookDelivery, context: ReadingContext) => WebhookReading

export const nothing = (ignored: string): WebhookReading => ({ tellings: [], ignored })
