import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { breakHold } from '../../leases/break-hold.ts'
import { leasesOf } from '../../leases/lock.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { type LockFunctionContext, lockCall } from './lock-call.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { holdParams, slotsSchema } from './lock-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const bodySchema = z
  .strictObject({
    reason: z
      .string()
      .max(500)
      .regex(/\S/, { error: 'Say why: people will ask' })
      .meta({ description: 'Why, for whoever wonders' }),
    atOnce: z.boolean().default(false).meta({
      description:
        'Lets others in before the holder can know. Safe only if all that the lock protects checks tokens',
    }),
    slots: slotsSchema.default(1),
  })
  .openapi('Breaking')

const brokenSchema = z
  .object({
    id: z.uuid(),
    lease: z.string(),
    by: z.string(),
    reason: z.string(),
    atOnce: z.boolean(),
  })
  .openapi('BrokenHold')

const route = createRoute({
  method: 'post',
  path: '/v1/locks/{namespace}/{name}/holds/{hold}/break',
  operationId: 'breakHold',
  summary: 'End the hold of somebody else, who learns it at the next renewal; safe to repeat',
  security: SECURITY,
  request: {
    params: holdParams,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    202: {
      description:
        'Its holder may not renew it any more; others get the lock when its time is over, or at once',
      content: { 'application/json': { schema: brokenSchema } },
    },
    ...COMMON_PROBLEMS,
  },
})

/** `POST /v1/locks/{namespace}/{name}/holds/{hold}/break` */
export function addBreakHold(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { hold: id, ...name } = c.req.valid('param')
    const { reason, atOnce, slots } = c.req.valid('json')
    const access = { verb: 'break', ...name } as const
    return lockCall(c, context, { access, logged: { hold: id, reason } }, async (call) => {
      const by = call.identity.name
      for (const lease of leasesOf({ ...name, slots })) {
        if (await breakHold(call.locks, { lease, id, by, reason, atOnce })) {
          return c.json({ id, lease: lease.name, by, reason, atOnce }, 202)
        }
      }
      throw new ProblemError({
        type: LOCK_PROBLEMS.noSuchHold,
        detail: `Nobody holds ${name.namespace}/${name.name} under ${id}; nothing was done. GET /v1/locks/${name.namespace}/${name.name} says who does`,
        retryable: false,
      })
    })
  })
}
