import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { environmentOfSync } from './environment-of-sync.ts'
import { LiveAbortRefusedError } from './live-abort-refused-error.ts'
import { syncName } from './suspended-sync.ts'

export interface AssertEnvironmentProps {
  /** That somebody means. */
  readonly environment: string
  /** `<namespace>/<app>`. */
  readonly app: string
  /** What applies the app in the cluster. */
  readonly appliers: readonly KubernetesObject[]
}

/**
 * Holds an environment against what the cluster says of itself, by the folders that its syncs are told.
 *
 * @throws {LiveAbortRefusedError} if it is another one
 */
export function assertEnvironment({ environment, app, appliers }: AssertEnvironmentProps): void {
  for (const sync of appliers) {
    const own = environmentOfSync(sync) ?? environment
    if (own === environment) continue
    throw new LiveAbortRefusedError(
      `${syncName(sync)} applies ${app} as it is in ${own}, and not in ${environment}`,
      `Nothing was changed. If ${own} is meant, say --env ${own}; if not, name the cluster of ${environment} with --kubeconfig and --context`,
    )
  }
}

/** Whether a sync says so. That none does is no proof of anything. */
export const saysEnvironment = ({
  environment,
  appliers,
}: Pick<AssertEnvironmentProps, 'environment' | 'appliers'>): boolean =>
  appliers.some((sync) => environmentOfSync(sync) === environment)
