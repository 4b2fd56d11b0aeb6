import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { rolloutStates } from '../../reconciler/rollout-states.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { brokenAnswer, listedAnswer } from './rollout-answer.ts'
import { rolloutsSchema } from './rollout-answer-schema.ts'
import { type RolloutFunctionContext, rolloutCall } from './rollout-call.ts'
import { environmentQuery, namespaceSchema } from './rollout-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/rollouts',
  operationId: 'listRollouts',
  summary: 'The apps of an environment that have had a rollout, as the branch has them',
  security: SECURITY,
  request: {
    query: environmentQuery.extend({
      namespace: namespaceSchema.optional().meta({ description: 'Only those of this one' }),
    }),
  },
  responses: {
    200: {
      description: 'In the order of their names',
      content: { 'application/json': { schema: rolloutsSchema } },
    },
    ...COMMON_PROBLEMS,
  },
})

/** `GET /v1/rollouts` */
export function addListRollouts(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  app.openapi(route, (c) => {
    const { environment, namespace } = c.req.valid('query')
    const access = { verb: 'list', namespace: namespace ?? '*', name: '*' } as const
    return rolloutCall(c, context, { environment, access }, async ({ target, onBranch }) => {
      const { commit, states, broken } = await onBranch((place) =>
        rolloutStates({ place, nowMs: context.clock.wallMs() }),
      )
      const isMeant = ({ app }: { readonly app: string }): boolean =>
        namespace === undefined || app.startsWith(`${namespace}/`)
      const rollouts = states
        .filter(isMeant)
        .toSorted((one, other) => (one.app < other.app ? -1 : 1))
        .map((state) => listedAnswer(target.environment, state))
      return c.json(
        {
          environment: target.environment,
          ...(commit !== undefined && { commit }),
          rollouts,
          broken: broken.filter(isMeant).map(brokenAnswer),
        },
        200,
      )
    })
  })
}
