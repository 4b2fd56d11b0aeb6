import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { oneLine } from '../../rollouts/one-line.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { noSuchRoute } from '../http/no-such-route.ts'
import { askGate } from './ask-gate.ts'
import { OBJECT_NAME } from './object-name.ts'
import { withinSinkDeadline } from './sink-deadline.ts'
import { textsSchema } from './texts-schema.ts'
import { FOREIGN_ENVIRONMENT, inEnvironment } from './told-environment.ts'
import { provenDelivery, type WebhookFunctionContext } from './webhook-context.ts'
import type { GateAnswer, GateHook, Told } from './webhook-sink.ts'

/** What Flagger sends to all its hooks. Its name is that of the Canary. */
export const flaggerHook = z
  .object({
    name: OBJECT_NAME,
    namespace: OBJECT_NAME,
    phase: z.string().optional(),
    checksum: z.string().optional(),
    metadata: textsSchema,
  })
  .meta({ id: 'FlaggerHook' })

type FlaggerHook = z.output<typeof flaggerHook>

/** Hooks that ask, each with whether what an answer says is a success for Flagger. */
const QUESTIONS: Readonly<Record<Exclude<GateHook, 'metric'>, GateAnswer['state']>> = {
  'confirm-rollout': 'approved',
  'pre-rollout': 'approved',
  rollout: 'approved',
  'confirm-traffic-increase': 'approved',
  'confirm-promotion': 'approved',
  rollback: 'refused',
}

const NEWS = ['post-rollout', 'event']

export const FLAGGER_HOOKS: readonly string[] = [...Object.keys(QUESTIONS), ...NEWS]

/**
 * `POST /webhooks/flagger/HOOK`. For Flagger 200 is yes and 403 no, and its text is shown in an event;
 * 204 would be a no as well. To its hook `rollback` yes means to roll back.
 */
export function addFlagger(app: OpenAPIHono<FunctionEnv>, context: WebhookFunctionContext): void {
  const answer = (c: Context<FunctionEnv>) => answerHook(c, context)
  app.post('/webhooks/flagger/:hook', answer)
  app.post('/webhooks/flagger/:hook/:secret', answer)
}

async function answerHook(
  c: Context<FunctionEnv>,
  context: WebhookFunctionContext,
): Promise<Response> {
  const hook = c.req.param('hook') ?? ''
  if (!FLAGGER_HOOKS.includes(hook)) throw noSuchRoute()
  const { delivery, sender } = await provenDelivery(c, context, 'flagger')
  const event = delivery.read(flaggerHook)
  const settings = { sender: sender.kind, environment: sender.environment }
  const told = inEnvironment(settings, event.metadata.environment)
  if (NEWS.includes(hook)) return answerNews(c, context, hook, event, told)
  if (told === undefined) return c.text(`no: ${FOREIGN_ENVIRONMENT}`, 403)
  const { token: _, ...metadata } = event.metadata
  const { namespace, name: app, checksum } = event
  const question = {
    ...told,
    namespace,
    app,
    hook: hook as keyof typeof QUESTIONS,
    checksum,
    metadata,
  }
  const { state, reason } = await askGate(c, context, question)
  const isYes = state === QUESTIONS[question.hook]
  return c.text(`${state}: ${reason}`, isYes ? 200 : 403)
}

/** Flagger sends news once, and does not look at what is answered. */
async function answerNews(
  c: Context<FunctionEnv>,
  context: WebhookFunctionContext,
  hook: string,
  { namespace, name: app, phase = 'unknown' }: FlaggerHook,
  told: Told | undefined,
): Promise<Response> {
  Object.assign(c.var.logged, { namespace, app, hook })
  if (told === undefined) return c.text(`ignored: ${FOREIGN_ENVIRONMENT}`, 200)
  const reason = oneLine(`Flagger says at ${hook} that ${namespace}/${app} is ${phase}`)
  const hint = { ...told, app: { namespace, app }, reason }
  await withinSinkDeadline(c, context, (signal) => context.sink.look(hint, signal))
  return c.text('taken', 200)
}
