import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { withinDeadline } from '../http/deadline.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import { authorizeRollouts } from './authorize-rollouts.ts'
import { explainError } from './explain-error.ts'
import { targetOf } from './named-target.ts'
import type { RolloutFunctionContext } from './rollout-call.ts'
import { environmentQuery } from './rollout-schemas.ts'
import type { RolloutTarget } from './rollout-target.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'
import { type TickAnswer, tickAnswer, tickSchema } from './tick-answer.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/rollouts/tick',
  operationId: 'tickRollouts',
  summary:
    'Look at all rollouts now, and do what is to be done; safe to repeat, and for many at once',
  security: SECURITY,
  request: {
    query: z.object({
      environment: environmentQuery.shape.environment.meta({
        description: 'Which environment; all of them if it is left out',
      }),
    }),
  },
  responses: {
    200: {
      description: 'What was found and done in each environment',
      content: {
        'application/json': {
          schema: z.object({ ticks: z.array(tickSchema) }).openapi('Ticks'),
        },
      },
    },
    ...COMMON_PROBLEMS,
  },
})

/** `POST /v1/rollouts/tick` */
export function addTickRollouts(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  app.openapi(route, async (c) => {
    const { environment: named } = c.req.valid('query')
    const { identity } = c.var
    const targets = named === undefined ? context.targets : [targetOf(context.targets, named)]
    Object.assign(c.var.logged, { environment: targets.map((one) => one.environment).join(' ') })
    const { clock, limits } = context
    const deadline = { clock, limitMs: limits.requestMs, signal: c.req.raw.signal }
    const ticks = await withinDeadline(deadline, tookTooLong, async (signal) => {
      for (const { environment } of targets) {
        const place = { environment, namespace: '*', name: '*' }
        const access = { resource: 'rollouts', verb: 'tick', ...place } as const
        await authorizeRollouts(context, identity, access, signal)
      }
      c.set('mayHaveWritten', () => true)
      return tickAll(targets, signal)
    })
    c.var.logged.commits = ticks.reduce((count, { commits }) => count + commits.length, 0)
    return c.json({ ticks }, 200)
  })
}

/**
 * All of them, whatever becomes of one.
 *
 * @throws {ProblemError} the first one's that failed; it has what became of the others
 */
async function tickAll(
  targets: readonly RolloutTarget[],
  signal: AbortSignal,
): Promise<TickAnswer[]> {
  const results = await Promise.allSettled(
    targets.map(async (target) => tickAnswer(target.environment, await target.tick(signal))),
  )
  const ticks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.findIndex(({ status }) => status === 'rejected')
  const result = results[failed]
  if (result?.status !== 'rejected') return ticks
  const problem = explainError(result.reason)
  if (problem === undefined) throw result.reason
  const { type, retryable, outcome, retryAfterMs, message } = problem
  throw new ProblemError({
    type,
    detail: `${targets[failed]?.environment}: ${message}`,
    retryable,
    outcome,
    retryAfterMs,
    members: { ticks },
    cause: result.reason,
  })
}

const tookTooLong = (): ProblemError =>
  new ProblemError({
    type: PROBLEMS.tookTooLong,
    detail:
      'The tick was not over in time, and may have committed something. The next one looks anew',
    retryable: true,
    outcome: 'unknown',
    retryAfterMs: 1000,
  })
