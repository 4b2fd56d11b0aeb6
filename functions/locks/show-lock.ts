import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { LeaseReading } from '../../leases/lease-store.ts'
import { type Lock, leasesOf } from '../../leases/lock.ts'
import { lockView } from '../../leases/lock-view.ts'
import { queueLeaseName, runsLeaseName } from '../../leases/names.ts'
import { untilChanged } from '../../leases/until-changed.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { isKnown } from '../http/if-none-match.ts'
import { type LockAnswer, lockAnswer, lockSchema, lockTag } from './lock-answer.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { lockParams, slotsQuery, waitMsOf, waitSchema } from './lock-schemas.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/locks/{namespace}/{name}',
  operationId: 'showLock',
  summary: 'Who holds a lock, who waits, and its latest runs; with wait, when that changes',
  security: SECURITY,
  request: {
    params: lockParams,
    query: slotsQuery.extend({ wait: waitSchema.optional() }),
    headers: z.object({
      'if-none-match': z.string().optional().meta({ description: 'ETag of the last answer' }),
    }),
  },
  responses: {
    200: { description: 'The lock', content: { 'application/json': { schema: lockSchema } } },
    304: { description: 'Nothing has changed since that ETag' },
    ...COMMON_PROBLEMS,
  },
})

/** `GET /v1/locks/{namespace}/{name}`: reads its Leases by name, so it needs no right to list any. */
export function addShowLock(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const name = c.req.valid('param')
    const { slots, wait = '0s' } = c.req.valid('query')
    const { 'if-none-match': known } = c.req.valid('header')
    const waitMs = Math.min(waitMsOf(wait), context.limits.waitMs)
    const access = { verb: 'read', ...name } as const
    return lockCall(c, context, { access, waitMs }, async (call) => {
      const { lock, tag } = await whenOther(call, { ...name, slots: Number(slots) }, known, waitMs)
      c.header('ETag', tag)
      return isKnown(tag, known) ? c.body(null, 304) : c.json(lock, 200)
    })
  })
}

interface Tagged {
  readonly lock: LockAnswer
  readonly tag: string
}

/** The lock once it is not as the caller knows it, or as it is when time is over. */
async function whenOther(
  call: LockCall,
  lock: Lock,
  known: string | undefined,
  waitMs: number,
): Promise<Tagged> {
  const { clock, locks, signal } = call
  const untilMs = clock.monotonicMs() + waitMs
  for (;;) {
    const readings = await readLock(call, lock)
    const answer = lockAnswer(lock.namespace, lockView(lock.name, readings))
    const tag = await lockTag([answer])
    const leftMs = untilMs - clock.monotonicMs()
    if (!isKnown(tag, known) || leftMs <= 0) return { lock: answer, tag }
    const { slots, queue, runs } = readings
    const seen = [...slots, queue, runs].map(({ lease }) => lease)
    await untilChanged(locks, seen, leftMs, signal)
  }
}

interface LockReadings {
  readonly slots: readonly LeaseReading[]
  readonly queue: LeaseReading
  readonly runs: LeaseReading
}

async function readLock({ locks, signal }: LockCall, lock: Lock): Promise<LockReadings> {
  const { namespace, name } = lock
  const read = (name: string) => locks.store.read({ namespace, name }, signal)
  const [queue, runs, ...slots] = await Promise.all([
    read(queueLeaseName(name)),
    read(runsLeaseName(name)),
    ...leasesOf(lock).map((lease) => read(lease.name)),
  ])
  return { slots, queue, runs }
}
