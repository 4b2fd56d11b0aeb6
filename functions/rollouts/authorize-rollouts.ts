import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import {
  AuthorizationUnavailableError,
  type Authorizer,
  type RolloutAccess,
} from '../identity/authorizer.ts'
import type { Identity } from '../identity/identity.ts'

/** @throws {ProblemError} if somebody may not do that, or nobody can tell now */
export async function authorizeRollouts(
  { authorizer }: { readonly authorizer: Authorizer },
  identity: Identity,
  access: RolloutAccess,
  signal: AbortSignal,
): Promise<void> {
  if (await allows()) return
  const { verb, role, environment } = access
  const resource = role === undefined ? 'rollouts' : `rollouts/${role}`
  const inRole = role === undefined ? '' : ` as ${role}`
  throw new ProblemError({
    type: PROBLEMS.forbidden,
    detail: `${identity.name} may not ${verb} ${describe(access)} in ${environment}${inRole}. Grant it the verb '${verb}' on ${resource} of lockstep.dev`,
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

function describe({ namespace, name }: RolloutAccess): string {
  if (namespace === '*') return 'the rollouts of all namespaces'
  return name === '*'
    ? `the rollouts of namespace ${namespace}`
    : `rollouts of ${namespace}/${name}`
}
