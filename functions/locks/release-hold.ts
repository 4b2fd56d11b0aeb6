import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { momentOf } from '../../leases/clock.ts'
import { type Grant, grantOf } from '../../leases/grant.ts'
import { endedHold, holdState } from '../../leases/hold-state.ts'
import type { Lock } from '../../leases/lock.ts'
import { leasesOf } from '../../leases/lock.ts'
import { HoldLostError } from '../../leases/lock-errors.ts'
import { LockQueue } from '../../leases/lock-queue.ts'
import { DEFAULT_TTL_SECONDS } from '../../leases/lock-timing.ts'
import { release } from '../../leases/release.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import { problemResponses } from '../http/problem-schema.ts'
import { type LockCall, type LockFunctionContext, lockCall } from './lock-call.ts'
import { HANDLE_HEADER, handleHeaders, holdParams, slotsQuery } from './lock-schemas.ts'
import { openHandle } from './open-handle.ts'
import { assertHolder } from './owner.ts'
import { COMMON_PROBLEMS, SECURITY } from './route-problems.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/locks/{namespace}/{name}/holds/{hold}',
  operationId: 'releaseHold',
  summary: 'Give the lock back, or leave the line; safe to repeat',
  security: SECURITY,
  request: { params: holdParams, query: slotsQuery, headers: handleHeaders.partial() },
  responses: {
    204: { description: 'It does not hold the lock, nor wait for it, any more' },
    ...COMMON_PROBLEMS,
    ...problemResponses({
      410: 'The hold had ended in another way: what was done under it may have come too late',
      412: 'The handle is of another hold, or its key is no longer in use: leave it out',
    }),
  },
})

/**
 * `DELETE /v1/locks/{namespace}/{name}/holds/{hold}`: with the handle one write; without it, which
 * whoever waits in line does not have, the Leases are read first.
 */
export function addReleaseHold(app: OpenAPIHono<FunctionEnv>, context: LockFunctionContext): void {
  app.openapi(route, (c) => {
    const { hold: id, ...name } = c.req.valid('param')
    const { slots } = c.req.valid('query')
    const { [HANDLE_HEADER]: handle } = c.req.valid('header')
    const access = { verb: 'hold', ...name } as const
    return lockCall(c, context, { access, logged: { hold: id } }, async (call) => {
      const lock = { ...name, slots: Number(slots) }
      const grant =
        handle === undefined ? await findOwn(call, lock, id) : openHandle(call, handle, lock, id)
      if (grant !== undefined) await release(call.locks, grant)
      else await leaveLine(call, lock, id)
      return c.body(null, 204)
    })
  })
}

/**
 * The hold of that id, as its Lease has it.
 *
 * @returns `undefined` if there is none, nor was one that ended in another way than by a release
 * @throws {HoldLostError} if there was
 */
async function findOwn(
  { locks, clock, identity, signal }: LockCall,
  lock: Lock,
  id: string,
): Promise<Grant | undefined> {
  const readings = await Promise.all(leasesOf(lock).map((name) => locks.store.read(name, signal)))
  for (const reading of readings) {
    const { lease } = reading
    const hold = holdState(lease)
    if (hold?.id === id) {
      assertHolder(hold, lease.name, identity.name)
      return grantOf(id, reading, momentOf(clock))
    }
    const ended = endedHold(lease.record, id)
    if (ended !== undefined && ended.how !== 'released') {
      throw new HoldLostError(lease.name, id, ended.how)
    }
  }
  return undefined
}

/** Ids are secrets of whoever made them up, so a ticket is of whoever knows its id. */
const leaveLine = ({ locks }: LockCall, lock: Lock, id: string): Promise<void> =>
  new LockQueue(locks, lock, DEFAULT_TTL_SECONDS).strike(id)
