import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { recordPath } from '../../manifests/layout.ts'
import { BrokenRolloutError } from '../../reconciler/act-on-rollout.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import type { RolloutLook } from '../../reconciler/look-at-rollout.ts'
import { type RolloutState, rolloutStates } from '../../reconciler/rollout-states.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { isKnown } from '../http/if-none-match.ts'
import { ProblemError } from '../http/problem-error.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { type CommitAnswer, commitAnswer } from './commit-answer.ts'
import { lookedAnswer } from './look-answer.ts'
import { shownSchema } from './look-answer-schema.ts'
import { rolloutAnswer } from './rollout-answer.ts'
import { type RolloutCall, type RolloutFunctionContext, rolloutCall } from './rollout-call.ts'
import { ROLLOUT_PROBLEMS } from './rollout-problem-types.ts'
import { appParams, environmentQuery } from './rollout-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

/** More than the rollouts have that one looks back to. */
const MOST_HISTORY = 1_000

const route = createRoute({
  method: 'get',
  path: '/v1/rollouts/{namespace}/{name}',
  operationId: 'showRollout',
  summary: 'How far the releases of an app have come, and by which commits',
  security: SECURITY,
  request: {
    params: appParams,
    query: environmentQuery.extend({
      history: z
        .string()
        .regex(/^(\d{1,3}|1000)$/, { error: `Use a whole number from 0 to ${MOST_HISTORY}` })
        .default('20')
        .meta({ description: 'How many commits to tell' }),
      look: z.enum(['true', 'false'], { error: 'Use true or false' }).default('false').meta({
        description:
          'Whether to look at the cluster and the metrics as a tick does. Nothing follows from it',
      }),
    }),
    headers: z.object({
      'if-none-match': z.string().optional().meta({ description: 'ETag of the last answer' }),
    }),
  },
  responses: {
    200: {
      description: 'As the branch has it, and as it was seen if that was asked for',
      content: { 'application/json': { schema: shownSchema } },
    },
    304: { description: 'The branch has not moved since that ETag; never with a look' },
    ...COMMON_PROBLEMS,
    ...problemResponses({ 409: 'The files of the rollout say nothing that can be relied on' }),
  },
})

/** `GET /v1/rollouts/{namespace}/{name}` */
export function addShowRollout(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  app.openapi(route, (c) => {
    const { environment, history, look } = c.req.valid('query')
    const { 'if-none-match': known } = c.req.valid('header')
    const place = c.req.valid('param')
    const access = { verb: 'get', ...place } as const
    const logged = { namespace: place.namespace, app: place.name }
    const name = `${place.namespace}/${place.name}`
    const limit = Number(history)
    return rolloutCall(c, context, { environment, access, logged }, (call) =>
      call.onBranch(async (branch) => {
        if (look === 'true') {
          const { looked, commit } = await lookAs(call, branch, name)
          const commits = await readHistory(branch, { app: name, commit, limit })
          return c.json({ ...lookedAnswer(looked), history: commits }, 200)
        }
        const { state, commit } = await readState(branch, name)
        const tag = `W/"${commit}"`
        c.header('ETag', tag)
        if (isKnown(tag, known)) return c.body(null, 304)
        const commits = await readHistory(branch, { app: name, commit, limit })
        const rollout = rolloutAnswer(call.target.environment, state)
        return c.json({ ...rollout, commit, plan: state.plan, history: commits }, 200)
      }),
    )
  })
}

/** @returns with a commit of the own connection that is no older than what was looked at */
async function lookAs(
  { target, signal }: RolloutCall,
  { remote, branch }: Place,
  app: string,
): Promise<{ readonly looked: RolloutLook; readonly commit: string }> {
  const tip = await remote.tip(branch)
  const looked = await target.lookAt({ app, tip, signal })
  const commit = looked.commit === tip ? tip : await remote.tip(branch)
  return { looked, commit: commit ?? '' }
}

/**
 * @throws {ProblemError} if the app has had no rollout
 * @throws {BrokenRolloutError}
 */
async function readState(
  place: Place,
  app: string,
): Promise<{ readonly state: RolloutState; readonly commit: string }> {
  const { commit, states, broken } = await rolloutStates({ place, app })
  const [state] = states
  if (commit !== undefined && state !== undefined) return { state, commit }
  if (broken[0] !== undefined) throw new BrokenRolloutError(broken[0].problem)
  throw new ProblemError({
    type: ROLLOUT_PROBLEMS.unknownRollout,
    detail: `${app} has had no rollout in ${place.environment}. GET /v1/rollouts lists those that have`,
    retryable: false,
  })
}

async function readHistory(
  { remote, environment }: Place,
  { app, commit, limit }: { readonly app: string; readonly commit: string; readonly limit: number },
): Promise<CommitAnswer[]> {
  if (limit === 0) return []
  const [namespace = '', name = ''] = app.split('/')
  const path = `${environment}/${recordPath(namespace, name)}`
  const commits = await remote.log({ commit, path, limit })
  return commits.map((logged) => commitAnswer(logged, (each) => each === app))
}
