import type { Context } from 'hono'
import type { Clock } from '../../leases/clock.ts'
import type { Place } from '../../reconciler/commit-moves.ts'
import { withinDeadline } from '../http/deadline.ts'
import type { FunctionEnv } from '../http/function-env.ts'
import type { Limits } from '../http/limits.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import type { RequestMetrics } from '../http/request-metrics.ts'
import type { Authorizer, RolloutAccess } from '../identity/authorizer.ts'
import type { Identity } from '../identity/identity.ts'
import { authorizeRollouts } from './authorize-rollouts.ts'
import { RemoteMeter } from './measured-remote.ts'
import { targetOf } from './named-target.ts'
import type { StreamLimits } from './rollout-function-props.ts'
import type { RolloutTarget } from './rollout-target.ts'

/** What all requests to one function of rollouts share. */
export interface RolloutFunctionContext {
  readonly targets: readonly RolloutTarget[]
  readonly authorizer: Authorizer
  readonly metrics: RequestMetrics | undefined
  readonly limits: Limits
  readonly streams: StreamLimits
  readonly stopping: AbortSignal | undefined
  readonly clock: Clock
}

/** One request that was let in. */
export interface RolloutCall extends RolloutFunctionContext {
  readonly identity: Identity
  readonly target: RolloutTarget
  readonly meter: RemoteMeter
  /** Aborts when it takes too long, or when its caller has gone. */
  readonly signal: AbortSignal
  /** Does something on the branch, by a connection that ends with it. */
  readonly onBranch: <Result>(work: (place: Place) => Promise<Result>) => Promise<Result>
  /** @throws {ProblemError} if whoever asks may not do that */
  readonly authorize: (access: Omit<RolloutAccess, 'resource' | 'environment'>) => Promise<void>
}

export interface RolloutCallProps {
  /** Absent if there is one alone. */
  readonly environment: string | undefined
  /** What whoever asks has to be allowed. Absent where the route has to read before it knows. */
  readonly access?: Omit<RolloutAccess, 'resource' | 'environment'>
  /** What its log entry says beyond the environment. */
  readonly logged?: Readonly<Record<string, string>>
}

/**
 * Answers a request in time, if whoever asks may do that.
 *
 * @throws {ProblemError} if not
 */
export async function rolloutCall<Answer extends Response>(
  c: Context<FunctionEnv>,
  context: RolloutFunctionContext,
  { environment, access, logged = {} }: RolloutCallProps,
  answer: (call: RolloutCall) => Promise<Answer>,
): Promise<Answer> {
  const { clock, limits } = context
  const { identity } = c.var
  const meter = new RemoteMeter(context)
  const target = targetOf(context.targets, environment)
  c.set('mayHaveWritten', () => meter.mayHaveWritten)
  Object.assign(c.var.logged, { environment: target.environment, ...logged })
  const deadline = { clock, limitMs: limits.requestMs, signal: c.req.raw.signal }
  try {
    const response = await withinDeadline(
      deadline,
      () => tookTooLong(meter.mayHaveWritten),
      async (signal) => {
        const call = callOf(context, { identity, target, meter, signal })
        if (access !== undefined) await call.authorize(access)
        return answer(call)
      },
    )
    response.headers.set('Server-Timing', meter.serverTiming)
    return response
  } catch (error) {
    c.header('Server-Timing', meter.serverTiming)
    throw error
  } finally {
    c.var.logged.repositoryCalls = meter.calls
  }
}

function callOf(
  context: RolloutFunctionContext,
  own: Pick<RolloutCall, 'identity' | 'target' | 'meter' | 'signal'>,
): RolloutCall {
  const { identity, target, meter, signal } = own
  const { environment, branch } = target
  return {
    ...context,
    ...own,
    authorize: (access) =>
      authorizeRollouts(
        context,
        identity,
        { resource: 'rollouts', environment, ...access },
        signal,
      ),
    onBranch: async (work) => {
      const { remote, close } = await target.open(signal)
      try {
        return await work({ remote: meter.measured(remote), branch, environment })
      } finally {
        await close()
      }
    },
  }
}

const tookTooLong = (mayHaveWritten: boolean): ProblemError =>
  new ProblemError({
    type: PROBLEMS.tookTooLong,
    detail: mayHaveWritten
      ? 'The repository did not answer in time, and may have taken the commit. Ask again, which finds out'
      : 'It was not answered in time, and nothing was done. Ask again',
    retryable: true,
    outcome: mayHaveWritten ? 'unknown' : 'none',
    retryAfterMs: 1000,
  })
