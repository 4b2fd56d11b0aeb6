import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { renew } from '../../leases/renew.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { etagOf, holdAnswer, holdResponse } from './hold-answer.ts'
import { type LockFunctionContext, lockCall } from './lock-call.ts'
import { HANDLE_HEADER, handleHeaders, holdParams } from './lock-schemas.ts'
import { openHandle } from './open-handle.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/locks/{namespace}/{name}/holds/{hold}/renew',
  operationId: 'renewHold',
  summary: 'Say that the holder lives: one write of the store; safe to repeat',
  security: SECURITY,
  request: { params: holdParams, headers: handleHeaders },
  responses: {
    200: holdResponse('Renewed; the next request gives the new handle'),
    ...COMMON_PROBLEMS,
    ...problemResponses({
      410: 'The hold is over: stop what the lock protects',
      412: 'The handle is of another hold, or its key is no longer in use: acquire again under the same id',
      428: 'The handle is missing',
    }),
  },
})

/** `POST /v1/locks/{namespace}/{name}/holds/{hold}/renew` */
export function addRenewHold(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { hold: id, ...lock } = c.req.valid('param')
    const { [HANDLE_HEADER]: handle } = c.req.valid('header')
    const access = { verb: 'hold', ...lock } as const
    return lockCall(c, context, { access, logged: { hold: id } }, async (call) => {
      const before = openHandle(call, handle, lock, id)
      const grant = await renew(call.locks, before, call.signal)
      c.header('ETag', etagOf(grant))
      return c.json(holdAnswer(call.seal, grant), 200)
    })
  })
}
