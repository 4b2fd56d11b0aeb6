import { z } from 'zod'
import { ProblemError } from '../http/problem-error.ts'
import { eventId } from './event-id.ts'
import { imageTelling, NO_IMAGE } from './pushed-image.ts'
import type { WebhookDelivery } from './webhook-delivery.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** What a registry of the project distribution sends to its `endpoints`: events of all kinds. */
export const distributionEnvelope = z
  .object({ events: z.array(z.unknown()) })
  .meta({ id: 'DistributionEnvelope' })

/** A tag that was pushed. Layers, and parts of images of several platforms, come without one. */
const pushEvent = z.object({
  id: z.unknown().optional(),
  action: z.literal('push'),
  target: z.object({
    repository: z.string(),
    tag: z.string().min(1),
    digest: z.string().nullish(),
  }),
})

/**
 * What cannot be read is ignored, and no failure: the registry would send it for ever, and whatever
 * comes after it would wait.
 */
export const readDistribution: WebhookReader = (delivery, context) => {
  const tellings = eventsOf(delivery).flatMap((event) => {
    const { id, target } = pushEvent.safeParse(event).data ?? {}
    if (target === undefined) return []
    const { tag, digest } = target
    const repository = `${context.host}/${target.repository}`
    return imageTelling({ repository, tag, digest, id: eventId(id) }, context)
  })
  return tellings.length === 0 ? nothing(NO_IMAGE) : { tellings }
}

function eventsOf(delivery: WebhookDelivery): readonly unknown[] {
  try {
    return delivery.read(distributionEnvelope).events
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return []
  }
}
