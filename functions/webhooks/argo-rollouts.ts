import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import type { FunctionEnv } from '../http/function-env.ts'
import { askGate } from './ask-gate.ts'
import { OBJECT_NAME } from './object-name.ts'
import { textsSchema } from './texts-schema.ts'
import { FOREIGN_ENVIRONMENT, inEnvironment } from './told-environment.ts'
import { provenDelivery, type WebhookFunctionContext } from './webhook-context.ts'
import type { GateAnswer } from './webhook-sink.ts'

/** What the metric of docs/webhooks.md makes Argo Rollouts send. */
export const argoRolloutsMeasurement = z
  .object({
    namespace: OBJECT_NAME,
    app: OBJECT_NAME,
    environment: z.string().optional(),
    checksum: z.string().optional(),
    metadata: textsSchema,
  })
  .meta({ id: 'ArgoRolloutsMeasurement' })

/**
 * `POST /webhooks/argo-rollouts`. Argo Rollouts aborts after five answers in a row that are not 200,
 * ten seconds apart, so whatever fails here is 200 and `pending`. What is the asker's own mistake is not.
 */
export function addArgoRollouts(
  app: OpenAPIHono<FunctionEnv>,
  context: WebhookFunctionContext,
): void {
  app.post('/webhooks/argo-rollouts', async (c) => c.json(await measure(c, context), 200))
}

async function measure(
  c: Context<FunctionEnv>,
  context: WebhookFunctionContext,
): Promise<GateAnswer> {
  const { delivery, sender } = await provenDelivery(c, context, 'argo-rollouts')
  const { environment, ...asked } = delivery.read(argoRolloutsMeasurement)
  const settings = { sender: sender.kind, environment: sender.environment }
  const told = inEnvironment(settings, environment)
  if (told === undefined) return { state: 'pending', reason: FOREIGN_ENVIRONMENT }
  return askGate(c, context, { ...told, ...asked, checksum: asked.checksum, hook: 'metric' })
}
