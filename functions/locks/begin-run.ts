import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Grant } from '../../leases/grant.ts'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { HoldLostError } from '../../leases/lock-errors.ts'
import { release } from '../../leases/release.ts'
import { type RunRecord, RunRecords } from '../../leases/run-records.ts'
import type { Acquired } from '../../leases/try-acquire.ts'
import { retryAfter } from '../http/answer-problem.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { againAfterMs, heldProblem } from './held-answer.ts'
import { etagOf, holdAnswer, holdSchema } from './hold-answer.ts'
import { attemptHold, type Refused } from './hold-attempt.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { holdIdSchema, holdRequestFields } from './lock-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'
import { runAnswer, runSchema } from './run-answer.ts'
import { runParams } from './run-params.ts'

const bodySchema = z
  .strictObject({ hold: holdIdSchema, ...holdRequestFields })
  .openapi('RunRequest')

const begunSchema = z
  .object({ run: runSchema, hold: holdSchema })
  .meta({ description: 'It is the caller’s to run, under this hold' })
  .openapi('BegunRun')

const elsewhereSchema = z
  .object({
    run: runSchema,
    holders: z.array(z.string()),
    retryAfterMs: z.number(),
    observation: z.string().optional().meta({ description: 'To be brought back' }),
  })
  .openapi('RunningElsewhere')

/** How a client that was generated ends the run. */
const LINK_PARAMETERS = {
  namespace: '$request.path.namespace',
  job: '$request.path.job',
  key: '$request.path.key',
  'header.lock-token': '$response.body#/hold/handle',
}

const route = createRoute({
  method: 'put',
  path: '/v1/runs/{namespace}/{job}/{key}',
  operationId: 'beginRun',
  summary: 'Begin what is to be done once, or get what it came to; safe to repeat',
  security: SECURITY,
  request: {
    params: runParams,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: {
      description: 'It has ended: this is what it came to',
      content: { 'application/json': { schema: z.object({ run: runSchema }).openapi('DoneRun') } },
    },
    201: {
      description: 'Run it, renew the hold meanwhile, and say how it ended',
      content: { 'application/json': { schema: begunSchema } },
      links: { end: { operationId: 'endRun', parameters: LINK_PARAMETERS } },
    },
    202: {
      description: 'Somebody else runs it: come again after Retry-After',
      content: { 'application/json': { schema: elsewhereSchema } },
    },
    ...COMMON_PROBLEMS,
    ...problemResponses({
      409: 'The same hold with other parameters',
      410: 'The hold is over: use a new id',
      422: 'No lock can have that time to live, with the bounds; or the observation was not made here',
      423: 'The job runs for another key: come again after Retry-After',
    }),
  },
})

/** `PUT /v1/runs/{namespace}/{job}/{key}` */
export function addBeginRun(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { namespace, job: name, key } = c.req.valid('param')
    const { hold: id, ttlSeconds, observation } = c.req.valid('json')
    const access = { verb: 'hold', namespace, name } as const
    return lockCall(c, context, { access, logged: { hold: id, run: key } }, async (call) => {
      const lock = { namespace, name, firstAlone: true }
      const records = new RunRecords(call.locks, lock)
      const before = await records.find(key)
      if (before?.status === 'succeeded') return c.json({ run: runAnswer(before) }, 200)
      const request = { id, ttlSeconds, holder: call.identity.name }
      const attempt = await attemptHold(call, { lock, request, observation })
      if (attempt.kind === 'acquired') {
        const run = await records.begin(key, attempt.grant.token)
        return answerBegun(c, call, run, attempt)
      }
      if (before?.status !== 'running') throw heldProblem(lock, attempt)
      return answerElsewhere(c, before, attempt)
    })
  })
}

async function answerBegun(
  c: Context<FunctionEnv>,
  call: LockCall,
  run: RunRecord,
  { grant, isReplay }: Acquired,
) {
  if (run.status !== 'running') {
    await releaseOrLet(call, grant)
    return c.json({ run: runAnswer(run) }, 200)
  }
  c.header('ETag', etagOf(grant))
  if (isReplay) c.header('Idempotency-Replayed', 'true')
  return c.json({ run: runAnswer(run), hold: holdAnswer(call.seal, grant) }, 201)
}

function answerElsewhere(c: Context<FunctionEnv>, run: RunRecord, held: Refused) {
  const retryAfterMs = againAfterMs(held)
  c.header('Retry-After', retryAfter(retryAfterMs))
  const holders = held.holders.map(({ holder }) => holder)
  const brought = held.observation !== undefined && { observation: held.observation }
  return c.json({ run: runAnswer(run), holders, retryAfterMs, ...brought }, 202)
}

/** A hold that is not needed and cannot be given back ends by itself. */
async function releaseOrLet({ locks }: LockCall, grant: Grant): Promise<void> {
  try {
    await release(locks, grant)
  } catch (error) {
    if (!(error instanceof LeaseStoreError || error instanceof HoldLostError)) throw error
  }
}
