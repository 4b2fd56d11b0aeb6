import { z } from 'zod'
import { repositoryName } from '../../gitops/repository-name.ts'
import { oneLine } from '../../rollouts/one-line.ts'
import { commitOf } from './revision-names.ts'
import { FOREIGN_ENVIRONMENT, inEnvironment } from './told-environment.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** What templates of Go write for what is not there. */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text && text !== '<no value>' ? text : undefined))

/** What the template of docs/webhooks.md makes Argo CD's notifications send. */
export const argoCdNotification = z
  .object({
    app: z.string(),
    namespace: z.string(),
    revision: optionalText,
    repository: optionalText,
    sync: optionalText,
    health: optionalText,
    phase: optionalText,
    environment: optionalText,
  })
  .meta({ id: 'ArgoCdNotification' })

/** An Application was synced, or its health changed: a look at the cluster shows how. */
export const readArgoCd: WebhookReader = (delivery, context) => {
  const { app, namespace, ...event } = delivery.read(argoCdNotification)
  const told = inEnvironment(context, event.environment)
  if (told === undefined) return nothing(FOREIGN_ENVIRONMENT)
  const states = [event.phase, event.sync, event.health].filter((state) => state !== undefined)
  const revision = commitOf(event.revision)
  const repository = event.repository && repositoryName(event.repository)
  const hint = {
    ...told,
    reason: oneLine(
      `Argo CD says ${states.join(', ') || 'something'} of Application ${namespace}/${app}`,
    ),
    ...(revision !== undefined && { revision }),
    ...(repository !== undefined && { repository }),
  }
  return { tellings: [{ kind: 'look', hint }] }
}
