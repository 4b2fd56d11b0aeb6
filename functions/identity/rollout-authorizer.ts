import type { KubernetesClient } from '../../kubernetes/kubernetes-client.ts'
import { ConfigurationError } from '../configuration/configuration-error.ts'
import type { Authorizer } from './authorizer.ts'
import { rightsByEnvironment } from './rights-by-environment.ts'
import { SubjectAccessReviews } from './subject-access-review.ts'

/** An environment, and the cluster that it is synced to. */
export interface EnvironmentCluster {
  readonly environment: string
  /** Absent if nobody looks at it. */
  readonly client: KubernetesClient | undefined
}

/**
 * Who may do what to rollouts. Where RBAC says it, that is the RBAC of the cluster that the environment is
 * synced to; where a policy does, or nobody is asked, it is the same for all.
 *
 * @throws {ConfigurationError} if RBAC says it, and an environment has no cluster: whoever has a right in
 * one would have it in the other
 */
export function rolloutAuthorizer(
  authorizer: Authorizer,
  targets: readonly EnvironmentCluster[],
): Authorizer {
  if (!(authorizer instanceof SubjectAccessReviews)) return authorizer
  const mistakes = targets.flatMap(({ environment, client }) =>
    client === undefined
      ? `LOCKSTEP_ROLLOUTS: environment '${environment}' has no cluster whose RBAC could say who may do what. Say which cluster it is synced to, or write a policy: LOCKSTEP_POLICY`
      : [],
  )
  if (mistakes.length > 0) throw new ConfigurationError(mistakes)
  const others = targets.flatMap(({ environment, client }) =>
    client === undefined || authorizer.isOf(client)
      ? []
      : [[environment, new SubjectAccessReviews({ client })] as const],
  )
  return rightsByEnvironment(authorizer, new Map(others))
}
