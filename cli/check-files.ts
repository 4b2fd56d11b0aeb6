import { checkObjects } from '../checks/check-objects.ts'
import { everyRule } from '../checks/every-rule.ts'
import { simulateFailures } from '../checks/simulate-failures.ts'
import type { CheckOutcome, CheckSettings } from './check-outcome.ts'
import { readManifestFiles } from './read-manifest-files.ts'
import { newestVersion, targetVersions } from './target-versions.ts'
import type { Terminal } from './terminal.ts'

export interface CheckFilesProps extends CheckSettings {
  readonly paths: readonly string[]
  readonly env?: readonly string[]
  readonly readInput: () => Promise<string>
}

/**
 * Checks manifests that Lockstep did not write. They may be a part of what the cluster gets, so what
 * they refer to and do not hold is a warning instead of an error.
 *
 * @throws {NoManifestsError} if there is nothing to check
 */
export async function checkFiles(
  { paths, env, readInput, external = [], targetVersions: range }: CheckFilesProps,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<CheckOutcome> {
  if (env !== undefined) throw new EnvironmentOfPathsError()
  const versions = targetVersions(range) ?? [newestVersion]
  const { objects, skipped } = await readManifestFiles({ paths, cwd, readInput })
  if (objects.length === 0) throw new NoManifestsError(paths)
  return {
    findings: checkObjects(objects, {
      rules: everyRule,
      partial: true,
      external,
      targetVersions: versions,
    }),
    objects: objects.length,
    baselined: 0,
    simulations: [{ simulation: simulateFailures(objects.map(({ object }) => object)) }],
    skipped,
  }
}

/** The paths hold no Kubernetes object. */
export class NoManifestsError extends Error {
  override readonly name = 'NoManifestsError'
  readonly code = 'NO_MANIFESTS'
  readonly remedy =
    'Name a file or folder with manifests; render a chart first: `helm template . | lockstep check -`'

  constructor(paths: readonly string[]) {
    super(`There is no Kubernetes object in ${paths.join(', ')}`)
  }
}

/** `--env` and paths were given together. */
export class EnvironmentOfPathsError extends Error {
  override readonly name = 'EnvironmentOfPathsError'
  readonly code = 'ENVIRONMENT_OF_PATHS'
  readonly remedy = 'Leave --env out, or the paths'

  constructor() {
    super('--env selects environments of the app definitions; paths have none')
  }
}
