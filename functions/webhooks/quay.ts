import { z } from 'zod'
import { imageTelling, NO_IMAGE } from './pushed-image.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** What Quay sends when tags were pushed. They were the keys of an object once. */
export const quayPush = z
  .object({
    docker_url: z.string(),
    updated_tags: z.union([
      z.array(z.string()),
      z.record(z.string(), z.unknown()).transform((tags) => Object.keys(tags)),
    ]),
  })
  .meta({ id: 'QuayPush' })

export const readQuay: WebhookReader = (delivery, context) => {
  const { docker_url: repository, updated_tags: tags } = delivery.read(quayPush)
  if (!repository.startsWith(`${context.host}/`)) return nothing('it is of another registry')
  const tellings = tags.flatMap((tag) => imageTelling({ repository, tag }, context))
  return tellings.length === 0 ? nothing(NO_IMAGE) : { tellings }
}
