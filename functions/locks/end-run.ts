import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Grant } from '../../leases/grant.ts'
import { LeaseStoreError } from '../../leases/lease-store-errors.ts'
import { HoldLostError } from '../../leases/lock-errors.ts'
import { release } from '../../leases/release.ts'
import { MOST_RESULT_BYTES, RunRecords } from '../../leases/run-records.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { HANDLE_HEADER, handleHeaders } from './lock-schemas.ts'
import { openHandle } from './open-handle.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'
import { runAnswer, runSchema } from './run-answer.ts'
import { runParams } from './run-params.ts'
import { storeProblem } from './store-problem.ts'

const bodySchema = z
  .discriminatedUnion('status', [
    z.strictObject({
      status: z.literal('succeeded'),
      result: z
        .unknown()
        .optional()
        .meta({ description: 'What it came to, for all who ask; 1 KiB of JSON at most' }),
    }),
    z.strictObject({
      status: z.literal('failed'),
      reason: z.string().max(MOST_RESULT_BYTES).meta({ description: '1 KiB at most' }),
    }),
  ])
  .openapi('RunEnd')

const route = createRoute({
  method: 'patch',
  path: '/v1/runs/{namespace}/{job}/{key}',
  operationId: 'endRun',
  summary: 'Say how a run ended, and give its lock back; safe to repeat',
  security: SECURITY,
  request: {
    params: runParams,
    headers: handleHeaders,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: {
      description: 'Recorded, now or before',
      content: { 'application/json': { schema: z.object({ run: runSchema }).openapi('EndedRun') } },
    },
    ...COMMON_PROBLEMS,
    ...problemResponses({
      410: 'Another hold has taken the run over: what this one did does not count',
      412: 'The handle is of another hold, or its key is no longer in use',
      428: 'The handle is missing',
    }),
  },
})

/** `PATCH /v1/runs/{namespace}/{job}/{key}` */
export function addEndRun(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { namespace, job: name, key } = c.req.valid('param')
    const { [HANDLE_HEADER]: handle } = c.req.valid('header')
    const end = endOf(c.req.valid('json'))
    const access = { verb: 'hold', namespace, name } as const
    return lockCall(c, context, { access, logged: { run: key } }, async (call) => {
      const lock = { namespace, name }
      const grant = openHandle(call, handle, lock, undefined)
      c.var.logged.hold = grant.id
      const run = await new RunRecords(call.locks, lock).end(key, grant.token, end)
      await giveBack(call, grant)
      return c.json({ run: runAnswer(run) }, 200)
    })
  })
}

const endOf = (body: z.infer<typeof bodySchema>) =>
  body.status === 'succeeded'
    ? { status: body.status, result: JSON.stringify(body.result ?? null) }
    : { status: body.status, result: body.reason }

/**
 * A hold that is over by now does not matter any more: nobody else has begun the run since, or its end
 * would not have been taken.
 *
 * @throws {ProblemError} that says that the end is recorded
 */
async function giveBack({ locks }: LockCall, grant: Grant): Promise<void> {
  try {
    await release(locks, grant)
  } catch (error) {
    if (error instanceof HoldLostError) return
    if (!(error instanceof LeaseStoreError)) throw error
    const { type, retryable, retryAfterMs } = storeProblem(error)
    throw new ProblemError({
      type,
      detail: `The end of the run is recorded, but its lock may not be free: ${error.message}. Repeat the request, or let the hold end by itself`,
      retryable,
      outcome: 'done',
      retryAfterMs,
      cause: error,
    })
  }
}
