import { z } from 'zod'
import { repositoryName } from '../../gitops/repository-name.ts'
import { oneLine } from '../../rollouts/one-line.ts'
import { eventId } from './event-id.ts'
import { branchOf, commitOf } from './revision-names.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** Of the event `Push Hook`. */
export const gitlabPush = z
  .object({
    object_kind: z.string(),
    ref: z.string(),
    after: z.string(),
    project: z.object({ path_with_namespace: z.string(), git_http_url: z.string() }),
  })
  .meta({ id: 'GitLabPush' })

/** GitLab turns a webhook off that fails a few times, so what is none of our business is no failure. */
export const readGitLab: WebhookReader = (delivery, { sender, environment }) => {
  const event = delivery.header('x-gitlab-event')
  if (event !== 'Push Hook') {
    return nothing(`the event ${oneLine(event ?? 'without a name', 40)} changes nothing here`)
  }
  const { ref, after, project } = delivery.read(gitlabPush)
  const branch = branchOf(ref)
  const repository = repositoryName(project.git_http_url)
  if (branch === undefined || repository === undefined) return nothing('no branch was pushed')
  const revision = commitOf(after)
  const id = eventId(delivery.header('webhook-id') ?? delivery.header('idempotency-key'))
  const hint = {
    sender,
    environment,
    reason: oneLine(`Somebody pushed to ${branch} of ${project.path_with_namespace}`),
    repository,
    branch,
    ...(revision !== undefined && { revision }),
  }
  return { tellings: [{ kind: 'look', hint, ...(id !== undefined && { id }) }] }
}
