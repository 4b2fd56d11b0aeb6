import { ProblemError } from '../http/problem-error.ts'
import { ROLLOUT_PROBLEMS } from './rollout-problem-types.ts'
import type { RolloutTarget } from './rollout-target.ts'

/**
 * The environment that a request is about.
 *
 * @throws {ProblemError} if there is none of that name, or none was named where there are several; it
 * says what there is
 */
export function targetOf(
  targets: readonly RolloutTarget[],
  environment: string | undefined,
): RolloutTarget {
  const environments = targets.map((target) => target.environment)
  const known = environments.join(', ')
  const [only, ...others] = targets
  if (environment === undefined) {
    if (only !== undefined && others.length === 0) return only
    throw new ProblemError({
      type: ROLLOUT_PROBLEMS.environmentRequired,
      detail: `There are several environments here. Add ?environment= with one of: ${known}`,
      retryable: false,
      members: { environments },
    })
  }
  const named = targets.find((target) => target.environment === environment)
  if (named !== undefined) return named
  throw new ProblemError({
    type: ROLLOUT_PROBLEMS.unknownEnvironment,
    detail: `There is no environment '${environment}' here. Use one of: ${known}`,
    retryable: false,
    members: { environments },
  })
}
