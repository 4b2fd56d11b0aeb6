import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppOnBranch } from '../../reconciler/app-on-branch.ts'
import type { RolloutRequest } from '../../rollouts/acts.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { requireBody } from '../http/require-body.ts'
import { actAs, actionResponse } from './act-as.ts'
import { type RolloutFunctionContext, rolloutCall } from './rollout-call.ts'
import { ROLLOUT_PROBLEMS } from './rollout-problem-types.ts'
import {
  appParams,
  environmentQuery,
  reasonSchema,
  revisionSchema,
  seenFields,
  stepSchema,
} from './rollout-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

type Action = Exclude<RolloutRequest['action'], 'approve'>

/** What a caller says that it has seen. */
interface Seen {
  readonly rollout?: string | undefined
  readonly step?: number | undefined
}

interface Asked {
  readonly action: Action
  readonly summary: string
  readonly body: z.ZodType<Seen>
  readonly requestOf: (body: unknown) => RolloutRequest
}

const asked = <Body extends z.ZodType<Seen>>(
  action: Action,
  summary: string,
  body: Body,
  requestOf: (body: z.output<Body>) => RolloutRequest,
): Asked => ({ action, summary, body, requestOf: (read) => requestOf(read as z.output<Body>) })

const ASKED: readonly Asked[] = [
  asked(
    'promote',
    'End the hold of the step, and take what its analysis cannot say for a yes',
    z
      .strictObject({
        ...seenFields,
        step: stepSchema(0).optional().meta({
          description:
            'The step that is meant, counted from 1. A request that is sent twice promotes once then',
        }),
      })
      .openapi('Promotion'),
    () => ({ action: 'promote' }),
  ),
  asked(
    'pause',
    'Enter no further step until it is resumed; analysis goes on, and so does an abort',
    z.strictObject({ ...seenFields, reason: reasonSchema }).openapi('Pausing'),
    ({ reason }) => ({ action: 'pause', reason }),
  ),
  asked('resume', 'Go on after a pause', z.strictObject(seenFields).openapi('Resumption'), () => ({
    action: 'resume',
  })),
  asked(
    'abort',
    'Go back to what was stable: one commit, at once, whatever runs',
    z.strictObject({ ...seenFields, reason: reasonSchema }).openapi('Abortion'),
    ({ reason }) => ({ action: 'abort', reason }),
  ),
  asked(
    'retry',
    'Start once more what was aborted',
    z.strictObject({ ...seenFields, revision: revisionSchema }).openapi('Retrial'),
    ({ revision }) => ({ action: 'retry', revision }),
  ),
  asked(
    'rollback',
    'Bring back what was stable before: capacity first, without holds and analysis',
    z.strictObject({ ...seenFields, revision: revisionSchema }).openapi('Rollback'),
    ({ revision }) => ({ action: 'rollback', revision }),
  ),
]

/** `POST /v1/rollouts/{namespace}/{name}/ACTION`, but for approvals, which depend on what is asked for. */
export function addAskRollout(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
): void {
  for (const each of ASKED) addOne(app, context, each)
}

function addOne(
  app: OpenAPIHono<FunctionEnv>,
  context: RolloutFunctionContext,
  { action, summary, body, requestOf }: Asked,
): void {
  const route = createRoute({
    method: 'post',
    path: `/v1/rollouts/{namespace}/{name}/${action}`,
    operationId: `${action}Rollout`,
    summary: `${summary}; safe to repeat`,
    security: SECURITY,
    middleware: requireBody,
    request: {
      params: appParams,
      query: environmentQuery,
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses: {
      200: actionResponse,
      ...COMMON_PROBLEMS,
      ...problemResponses({ 409: 'That cannot be done with the rollout as it is now' }),
    },
  })
  app.openapi(route, (c) => {
    const { environment } = c.req.valid('query')
    const place = c.req.valid('param')
    const asked = c.req.valid('json')
    const access = { verb: action, ...place } as const
    const logged = { namespace: place.namespace, app: place.name, action }
    return rolloutCall(c, context, { environment, access, logged }, (call) =>
      actAs(c, call, {
        ...place,
        request: requestOf(asked),
        permit: (app) => assertSeen(asked, app),
      }),
    )
  })
}

/** @throws {ProblemError} if the rollout is another one by now, or in another step */
function assertSeen({ rollout: id, step }: Seen, { record }: AppOnBranch): void {
  const { rollout } = record.spec
  const stage = rollout?.stage
  const isOther = id !== undefined && rollout?.id !== id
  const isElsewhere = step !== undefined && (stage?.phase !== 'progressing' || stage.step !== step)
  if (!isOther && !isElsewhere) return
  throw new ProblemError({
    type: ROLLOUT_PROBLEMS.movedOn,
    detail: `${isOther ? `Rollout ${id}` : `Step ${step}`} is not in flight; nothing was done. Look where the rollout is now, and decide anew`,
    retryable: false,
    members: { rollout: rollout?.id, stage },
  })
}
