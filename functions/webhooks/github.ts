import { z } from 'zod'
import { repositoryName } from '../../gitops/repository-name.ts'
import { oneLine } from '../../rollouts/one-line.ts'
import { eventId } from './event-id.ts'
import { githubPackageEvent, readGitHubPackage } from './github-package.ts'
import { branchOf, commitOf } from './revision-names.ts'
import type { WebhookDelivery } from './webhook-delivery.ts'
import {
  nothing,
  type ReadingContext,
  type WebhookReader,
  type WebhookReading,
} from './webhook-reader.ts'

/** Of the event `push`. */
export const githubPush = z
  .object({
    ref: z.string(),
    after: z.string(),
    repository: z.object({ full_name: z.string(), html_url: z.string() }),
  })
  .meta({ id: 'GitHubPush' })

/** Pushes, and packages; whatever else a webhook is subscribed to is none of our business. */
export const readGitHub: WebhookReader = (delivery, context) => {
  const event = delivery.header('x-github-event')
  const id = eventId(delivery.header('x-github-delivery'))
  const { tellings, ...rest } = readEvent(event, id, delivery, context)
  return { ...rest, tellings: tellings.map((telling) => ({ ...telling, ...(id && { id }) })) }
}

function readEvent(
  event: string | undefined,
  id: string | undefined,
  delivery: WebhookDelivery,
  context: ReadingContext,
): WebhookReading {
  switch (event) {
    case 'push':
      return readPush(delivery.read(githubPush), context)
    case 'package':
    case 'registry_package':
      return readGitHubPackage(delivery.read(githubPackageEvent), id, context)
    default:
      return nothing(`the event ${oneLine(event ?? 'without a name', 40)} changes nothing here`)
  }
}

function readPush(
  { ref, after, repository }: z.output<typeof githubPush>,
  { sender, environment }: ReadingContext,
): WebhookReading {
  const branch = branchOf(ref)
  const name = repositoryName(repository.html_url)
  if (branch === undefined || name === undefined) return nothing('no branch was pushed')
  const revision = commitOf(after)
  const hint = {
    sender,
    environment,
    reason: oneLine(`Somebody pushed to ${branch} of ${repository.full_name}`),
    repository: name,
    branch,
    ...(revision !== undefined && { revision }),
  }
  return { tellings: [{ kind: 'look', hint }] }
}
