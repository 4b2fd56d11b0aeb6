import type { Context } from 'hono'
import type { Clock } from '../../leases/clock.ts'
import type { LeaseListing } from '../../leases/lease-listing.ts'
import type { LockContext } from '../../leases/lock.ts'
import type { Seal } from '../../leases/seal.ts'
import { withinDeadline } from '../http/deadline.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import type { Limits } from '../http/limits.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import { AuthorizationUnavailableError, type LockAccess } from '../identity/authorizer.ts'
import type { Identity } from '../identity/identity.ts'
import type { LockFunctionProps } from './lock-function-props.ts'
import { MeasuredStore } from './measured-store.ts'

/** What all requests to one lock function share. */
export interface LockFunctionContext extends Pick<LockFunctionProps, 'store' | 'authorizer'> {
  readonly listing: LeaseListing | undefined
  readonly metrics: RequestMetrics | undefined
  readonly skewMs: number | undefined
  readonly seal: Seal
  readonly limits: Limits
  readonly clock: Clock
  readonly random: () => number
}

/** One request that was let in. */
export interface LockCall extends LockFunctionContext {
  readonly identity: Identity
  readonly locks: LockContext
  readonly measured: MeasuredStore
  /** Aborts when it takes too long, or when its caller has gone. */
  readonly signal: AbortSignal
}

export interface LockCallProps {
  readonly access: LockAccess
  /** What its log entry says beyond the lock. */
  readonly logged?: Readonly<Record<string, string>>
  /** How long it was asked to wait. @default 0 */
  readonly waitMs?: number
}

/**
 * Answers a request in time, if whoever asks may do that.
 *
 * @throws {ProblemError} if not
 */
export async function lockCall<Answer extends Response>(
  c: Context<FunctionEnv>,
  context: LockFunctionContext,
  { access, logged = {}, waitMs = 0 }: LockCallProps,
  answer: (call: LockCall) => Promise<Answer>,
): Promise<Answer> {
  const { clock, limits, random } = context
  const { identity } = c.var
  const measured = new MeasuredStore(context)
  c.set('mayHaveWritten', () => measured.mayHaveWritten)
  Object.assign(c.var.logged, { namespace: access.namespace, lock: access.name, ...logged })
  const deadline = { clock, limitMs: limits.requestMs + waitMs, signal: c.req.raw.signal }
  try {
    const response = await withinDeadline(
      deadline,
      () => tookTooLong(measured.mayHaveWritten),
      async (signal) => {
        await authorize(context, identity, access, signal)
        const locks = { store: measured, clock, random }
        return answer({ ...context, identity, locks, measured, signal })
      },
    )
    response.headers.set('Server-Timing', measured.serverTiming)
    return response
  } catch (error) {
    c.header('Server-Timing', measured.serverTiming)
    throw error
  } finally {
    c.var.logged.storeCalls = measured.calls
  }
}

async function authorize(
  { authorizer }: LockFunctionContext,
  identity: Identity,
  access: LockAccess,
  signal: AbortSignal,
): Promise<void> {
  const { verb, namespace, name } = access
  if (await allows()) return
  throw new ProblemError({
    type: PROBLEMS.forbidden,
    detail: `${identity.name} may not ${verb} ${describe(namespace, name)}. Grant it the verb '${verb}' on locks of lockstep.dev`,
    retryable: false,
  })

  async function allows(): Promise<boolean> {
    try {
      return await authorizer.allows(identity, access, signal)
    } catch (error) {
      if (!(error instanceof AuthorizationUnavailableError)) throw error
      const { message: detail, retryable, retryAfterMs } = error
      const type = PROBLEMS.authorizationUnavailable
      throw new ProblemError({ type, detail, retryable, retryAfterMs, cause: error })
    }
  }
}

function describe(namespace: string, name: string): string {
  if (namespace === '*') return 'the locks of all namespaces'
  return name === '*' ? `the locks of namespace ${namespace}` : `lock ${namespace}/${name}`
}

const tookTooLong = (mayHaveWritten: boolean): ProblemError =>
  new ProblemError({
    type: PROBLEMS.tookTooLong,
    detail: mayHaveWritten
      ? 'The store did not answer in time, and may have done it. Ask again under the same ids, which finds out'
      : 'The store did not answer in time, and nothing was done. Ask again',
    retryable: true,
    outcome: mayHaveWritten ? 'unknown' : 'none',
    retryAfterMs: 1000,
  })
