import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { locksIn } from '../../leases/lock-view.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { ProblemError } from '../http/problem-error.ts'
import { type LockAnswer, lockAnswer, lockSchema } from './lock-answer.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { LOCK_PROBLEMS } from './lock-problem-types.ts'
import { namespaceSchema } from './lock-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const locksSchema = z.object({ locks: z.array(lockSchema) }).openapi('Locks')

const responses = {
  200: {
    description: 'Those that are declared, or that somebody has held',
    content: { 'application/json': { schema: locksSchema } },
  },
  ...COMMON_PROBLEMS,
}

const allRoute = createRoute({
  method: 'get',
  path: '/v1/locks',
  operationId: 'listLocks',
  summary: 'The locks of all namespaces',
  security: SECURITY,
  responses,
})

const namespaceRoute = createRoute({
  method: 'get',
  path: '/v1/locks/{namespace}',
  operationId: 'listLocksOfNamespace',
  summary: 'The locks of a namespace',
  security: SECURITY,
  request: { params: z.object({ namespace: namespaceSchema }) },
  responses,
})

/** `GET /v1/locks` and `GET /v1/locks/{namespace}` */
export function addListLocks(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(allRoute, (c) => listed(c, context, undefined))
  app.openapi(namespaceRoute, (c) => listed(c, context, c.req.valid('param').namespace))
}

function listed(
  c: Context<FunctionEnv>,
  context: LockFunctionContext,
  namespace: string | undefined,
) {
  const access = { verb: 'read', namespace: namespace ?? '*', name: '*' } as const
  return lockCall(c, context, { access }, async (call) =>
    c.json({ locks: await listLocks(call, namespace) }, 200),
  )
}

async function listLocks(
  { measured, signal }: LockCall,
  namespace: string | undefined,
): Promise<LockAnswer[]> {
  const { listing } = measured
  if (listing === undefined) throw notListed()
  const readings = await listing.list(namespace, signal)
  const byNamespace = Map.groupBy(readings, ({ lease }) => lease.name.namespace)
  return [...byNamespace].flatMap(([namespace, leases]) =>
    locksIn(leases).map((lock) => lockAnswer(namespace, lock)),
  )
}

const notListed = (): ProblemError =>
  new ProblemError({
    type: LOCK_PROBLEMS.notListed,
    detail: 'This function cannot list locks. Ask for one by its name: /v1/locks/NAMESPACE/NAME',
    retryable: false,
  })
