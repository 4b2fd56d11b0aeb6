import { z } from 'zod'
import { eventId } from './event-id.ts'
import { OBJECT_NAME } from './object-name.ts'
import { inEnvironment } from './told-environment.ts'
import type { IdentifiedTelling, ReadingContext, WebhookReader } from './webhook-reader.ts'

const texts = z.record(z.string(), z.string())

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.nullish(),
  startsAt: z.iso.datetime({ offset: true }),
  fingerprint: z.string().min(1),
})

/** What Alertmanager sends to a `webhook_config`, in the one version that there is. */
export const alertmanagerMessage = z
  .object({ version: z.literal('4'), alerts: z.array(alert) })
  .meta({ id: 'AlertmanagerMessage' })

const NAMES = z.object({ namespace: OBJECT_NAME.optional(), app: OBJECT_NAME.optional() })

const IGNORED =
  'some alerts name an environment that their sender may not speak of, or what no namespace or app is called'

/** Each alert for itself: those of one message can be of several apps. */
export const readAlertmanager: WebhookReader = (delivery, context) => {
  const { alerts } = delivery.read(alertmanagerMessage)
  const tellings = alerts.flatMap((each) => alertTelling(each, context))
  if (tellings.length < alerts.length) return { tellings, ignored: IGNORED }
  return alerts.length === 0 ? { tellings, ignored: 'it has no alerts' } : { tellings }
}

/** Sent again as long as it fires; its start tells it from the next time that it does. */
function alertTelling(
  { status, labels, annotations, startsAt, fingerprint }: z.output<typeof alert>,
  context: ReadingContext,
): readonly IdentifiedTelling[] {
  const told = inEnvironment(context, labels.environment)
  const { namespace, app } = NAMES.safeParse(labels).data ?? {}
  if (told === undefined || namespace !== labels.namespace || app !== labels.app) return []
  const startsAtMs = Date.parse(startsAt)
  const id = eventId(fingerprint) && `${fingerprint} ${startsAtMs} ${status}`
  return [
    {
      kind: 'alert',
      ...(id !== undefined && { id }),
      alert: {
        ...told,
        status,
        name: labels.alertname ?? 'an alert without a name',
        fingerprint,
        startsAtMs,
        namespace,
        app,
        track: labels.track,
        labels,
        summary: annotations?.summary,
      },
    },
  ]
}
