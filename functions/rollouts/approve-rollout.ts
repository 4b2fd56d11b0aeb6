import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { BrokenRolloutError, UnknownRolloutError } from '../../reconciler/act-on-rollout.ts'
import { approvalOf } from '../../rollouts/approvals.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { actAs, actionResponse } from './act-as.ts'
import { type RolloutFunctionContext, rolloutCall } from './rollout-call.ts'
import { appParams, environmentQuery, revisionSchema, stepSchema } from './rollout-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const bodySchema = z
  .strictObject({
    revision: revisionSchema.meta({
      description: 'What was looked at; the yes is for nothing else',
    }),
    step: stepSchema(1).meta({ description: 'Counted from 1' }),
    gate: z.enum(['enter', 'leave']).meta({
      description: 'Whether the step may be entered, or left: as awaiting says',
    }),
  })
  .openapi('Approval')

const route = createRoute({
  method: 'post',
  path: '/v1/rollouts/{namespace}/{name}/approve',
  operationId: 'approveRollout',
  summary:
    'Say yes to one revision at one gate, in the role that the plan asks for; safe to repeat',
  security: SECURITY,
  request: {
    params: appParams,
    query: environmentQuery,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: actionResponse,
    ...COMMON_PROBLEMS,
    ...problemResponses({ 409: 'Another revision is in flight, or nobody asks for that approval' }),
  },
})

/**
 * `POST /v1/rollouts/{namespace}/{name}/approve`. Who may is said by the plan on the branch, so it is read
 * first; whoever may do nothing learns no more from that than that it may not.
 */
export function addApproveRollout(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  app.openapi(route, (c) => {
    const { environment } = c.req.valid('query')
    const place = c.req.valid('param')
    const { revision, step, gate } = c.req.valid('json')
    const logged = { namespace: place.namespace, app: place.name, action: 'approve' }
    return rolloutCall(c, context, { environment, logged }, async (call) => {
      const request = { action: 'approve', revision, gate: { step, gate } } as const
      const mayRead = () => call.authorize({ verb: 'get', ...place })
      try {
        return await actAs(c, call, {
          ...place,
          request,
          permit: async ({ plan }) => {
            const role = approvalOf(plan, request.gate)?.role
            if (role === undefined) await mayRead()
            else await call.authorize({ verb: 'approve', ...place, role })
          },
        })
      } catch (error) {
        const isAboutTheBranch =
          error instanceof UnknownRolloutError || error instanceof BrokenRolloutError
        if (isAboutTheBranch) await mayRead()
        throw error
      }
    })
  })
}
