import { z } from 'zod'
import { imageTelling, NO_IMAGE } from './pushed-image.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** What Docker Hub sends. There is a `callback_url` too, at which nobody should look. */
export const dockerHubPush = z
  .object({
    push_data: z.object({ tag: z.string() }),
    repository: z.object({ repo_name: z.string() }),
  })
  .meta({ id: 'DockerHubPush' })

export const readDockerHub: WebhookReader = (delivery, context) => {
  const { push_data, repository } = delivery.read(dockerHubPush)
  const image = { repository: `docker.io/${repository.repo_name}`, tag: push_data.tag }
  const tellings = imageTelling(image, context)
  return tellings.length === 0 ? nothing(NO_IMAGE) : { tellings }
}
