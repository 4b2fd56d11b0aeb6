import { z } from 'zod'
import { oneLine } from '../../rollouts/one-line.ts'
import { imageTelling, NO_IMAGE } from './pushed-image.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

const resourcesSchema = z.object({
  resources: z.array(z.object({ tag: z.string().nullish(), digest: z.string().nullish() })),
  repository: z.object({ repo_full_name: z.string() }),
})

/** What Harbor sends, in its own format or as an event of CloudEvents. */
export const harborEvent = z
  .object({
    type: z.string(),
    event_data: resourcesSchema.optional(),
    data: resourcesSchema.optional(),
  })
  .meta({ id: 'HarborEvent' })

const PUSHES = ['PUSH_ARTIFACT', 'harbor.artifact.pushed']

export const readHarbor: WebhookReader = (delivery, context) => {
  const event = delivery.read(harborEvent)
  const pushed = event.event_data ?? event.data
  if (!PUSHES.includes(event.type) || pushed === undefined) {
    return nothing(`the event ${oneLine(event.type, 40)} changes nothing here`)
  }
  const repository = `${context.host}/${pushed.repository.repo_full_name}`
  const tellings = pushed.resources.flatMap(({ tag, digest }) =>
    tag ? imageTelling({ repository, tag, digest }, context) : [],
  )
  return tellings.length === 0 ? nothing(NO_IMAGE) : { tellings }
}
