import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { MOST_TTL_SECONDS } from '../../leases/lock-timing.ts'
import type { Acquired } from '../../leases/try-acquire.ts'
import { retryAfter } from '../http/answer-problem.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { requireBody } from '../http/require-body.ts'
import { againAfterMs, heldProblem } from './held-answer.ts'
import { etagOf, holdAnswer, holdResponse } from './hold-answer.ts'
import { attemptHold, attemptInTurn, type Queued } from './hold-attempt.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { holdParams, holdRequestFields, metadataSchema, slotsSchema } from './lock-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const bodySchema = z
  .strictObject({
    ...holdRequestFields,
    slots: slotsSchema.default(1),
    minimumHoldSeconds: z.int().min(0).max(MOST_TTL_SECONDS).default(0).meta({
      description: 'Nobody else gets the lock sooner, even if it is released',
    }),
    waitSeconds: z.int().min(0).max(3600).optional().meta({
      description:
        'Stands in line, and waits this long for its turn, as far as the function lets it. Without it, it is tried once',
    }),
    metadata: metadataSchema.default({}),
  })
  .openapi('HoldRequest')

const queuedSchema = z
  .object({
    id: z.uuid(),
    ahead: z.int().meta({ description: 'How many came first and still wait' }),
    waiting: z.int().meta({ description: 'How many wait, this one included' }),
    retryAfterMs: z.number().meta({
      description: 'When to come again. Whoever does not loses its place, after 5 to 15 s',
    }),
    observation: z.string().optional().meta({ description: 'To be brought back' }),
  })
  .openapi('Queued')

const route = createRoute({
  method: 'put',
  path: '/v1/locks/{namespace}/{name}/holds/{hold}',
  operationId: 'acquireHold',
  summary: 'Acquire a lock, or wait for it in line; safe to repeat',
  security: SECURITY,
  middleware: requireBody,
  request: {
    params: holdParams,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: holdResponse('It had the lock already: an earlier answer was lost, or it asked twice'),
    201: holdResponse('It has the lock'),
    202: {
      description: 'It stands in line, and has to come again to stay there',
      content: { 'application/json': { schema: queuedSchema } },
    },
    ...COMMON_PROBLEMS,
    ...problemResponses({
      409: 'The same id with other parameters, or other slots than the lock has',
      410: 'The hold of this id is over: use a new id',
      422: 'No lock can have that time to live, with the bounds; or the observation was not made here',
      423: 'Others have it; bring the observation back after Retry-After',
    }),
  },
})

/** `PUT /v1/locks/{namespace}/{name}/holds/{hold}` */
export function addAcquireHold(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { hold: id, ...name } = c.req.valid('param')
    const { slots, observation, waitSeconds, ...parameters } = c.req.valid('json')
    const waitMs = Math.min((waitSeconds ?? 0) * 1000, context.limits.waitMs)
    const access = { verb: 'hold', ...name } as const
    return lockCall(c, context, { access, logged: { hold: id }, waitMs }, async (call) => {
      const lock = { ...name, slots }
      const request = { ...parameters, id, holder: call.identity.name }
      const attempt = { lock, request, observation }
      const result = await (waitSeconds === undefined
        ? attemptHold(call, attempt)
        : attemptInTurn(call, attempt, waitMs))
      switch (result.kind) {
        case 'acquired':
          return answerAcquired(c, call, result)
        case 'queued':
          return answerQueued(c, id, result, waitMs === 0)
        case 'held':
          throw heldProblem(lock, result)
      }
    })
  })
}

function answerAcquired(
  c: Context<FunctionEnv>,
  { seal }: LockCall,
  { grant, isReplay }: Acquired,
) {
  c.header('ETag', etagOf(grant))
  if (isReplay) c.header('Idempotency-Replayed', 'true')
  return c.json(holdAnswer(seal, grant), isReplay ? 200 : 201)
}

/** Whoever was kept waiting here comes again at once; whoever was not, in time for its place. */
function answerQueued(c: Context<FunctionEnv>, id: string, queued: Queued, comesLater: boolean) {
  const { place, observation, refreshMs } = queued
  const retryAfterMs = comesLater ? Math.min(againAfterMs(queued), refreshMs) : 0
  c.header('Retry-After', retryAfter(retryAfterMs))
  const waiting = place.others + 1
  const brought = observation !== undefined && { observation }
  return c.json({ id, ahead: place.ahead, waiting, retryAfterMs, ...brought }, 202)
}
