import { type CheckedObject, checkObjects } from '../checks/check-objects.ts'
import { compareFindings } from '../checks/compare-findings.ts'
import { everyRule } from '../checks/every-rule.ts'
import { simulateFailures } from '../checks/simulate-failures.ts'
import type { GitRemote, TreeFile } from '../gitops/git-remote.ts'
import { INVENTORY_FILE } from '../gitops/inventory.ts'
import { SYNCED_SECTIONS } from '../manifests/layout.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import type { CheckOutcome, CheckSettings } from './check-outcome.ts'
import { withDeployTarget } from './deploy-target.ts'
import { UnreadablePathsError } from './read-manifest-files.ts'
import { newestVersion, targetVersions } from './target-versions.ts'
import type { Terminal } from './terminal.ts'

export interface CheckBranchProps extends CheckSettings {
  /** Name of the branch; absent if it is the one that is deployed. */
  readonly branch?: string
  readonly remote?: string
  readonly env?: readonly string[]
}

/**
 * Checks what lies on a deploy branch, or on one that is to be merged into it, as it would be synced:
 * whoever has written it, and however it was put together.
 *
 * What objects refer to and nobody here makes is a warning: app definitions say what exists elsewhere,
 * and the branch does not.
 *
 * @throws {NoEnvironmentOnBranchError}
 * @throws {UnreadablePathsError} if a manifest cannot be read, as one with a conflict marker
 */
export async function checkBranch(
  props: CheckBranchProps,
  terminal: Terminal,
): Promise<CheckOutcome> {
  const { branch, remote, env, external = [] } = props
  const versions = targetVersions(props.targetVersions) ?? [newestVersion]
  const target = {
    ...(branch !== undefined && { branch }),
    ...(remote !== undefined && { remote }),
  }
  const environments = await withDeployTarget(target, terminal, (place) =>
    readEnvironments(place.remote, place.branch, env),
  )
  const findings = environments.flatMap(({ environment, objects }) =>
    checkObjects(objects, {
      rules: everyRule,
      environment,
      partial: true,
      external,
      targetVersions: versions,
    }),
  )
  return {
    findings: findings.sort(compareFindings),
    objects: environments.reduce((sum, { objects }) => sum + objects.length, 0),
    baselined: 0,
    simulations: environments.map(({ environment, objects }) => ({
      environment,
      simulation: simulateFailures(objects.map(({ object }) => object)),
    })),
  }
}

interface SyncedEnvironment {
  readonly environment: string
  readonly objects: readonly CheckedObject[]
}

/** There is nothing on the branch that a publish has made. */
export class NoEnvironmentOnBranchError extends Error {
  override readonly name = 'NoEnvironmentOnBranchError'
  readonly code = 'NO_ENVIRONMENT_ON_BRANCH'
  readonly remedy: string

  constructor(branch: string, wanted: string | undefined, known: readonly string[]) {
    super(`The branch '${branch}' has no environment${wanted === undefined ? '' : ` '${wanted}'`}`)
    this.remedy =
      known.length === 0
        ? 'Name a branch that was published to, and with --remote its repository'
        : `Use one of: ${known.join(', ')}`
  }
}

async function readEnvironments(
  remote: GitRemote,
  branch: string,
  names: readonly string[] | undefined,
): Promise<readonly SyncedEnvironment[]> {
  const commit = await remote.tip(branch)
  const tree = commit === undefined ? new Map<string, TreeFile>() : await remote.files(commit, '')
  const known = [...tree.keys()].flatMap((path) =>
    path.endsWith(`/${INVENTORY_FILE}`) ? path.slice(0, -INVENTORY_FILE.length - 1) : [],
  )
  const missing = names?.find((name) => !known.includes(name))
  if (missing !== undefined || known.length === 0) {
    throw new NoEnvironmentOnBranchError(branch, missing, known)
  }
  const wanted = known.filter((name) => names === undefined || names.includes(name))
  const files = [...tree].filter(([path]) => wanted.some((name) => isSynced(path, name)))
  const texts = await remote.contents([...new Set(files.map(([, { id }]) => id))])
  const problems: string[] = []
  const environments = wanted.map((environment) => ({
    environment,
    objects: files
      .filter(([path]) => isSynced(path, environment))
      .flatMap(([path, { id }]) => objectsIn(texts.get(id) ?? '', path, problems)),
  }))
  if (problems.length > 0) throw new UnreadablePathsError(problems)
  return environments
}

const isSynced = (path: string, environment: string): boolean =>
  /\.(ya?ml|json)$/.test(path) &&
  SYNCED_SECTIONS.some((section) => path.startsWith(`${environment}/${section}/`))

function objectsIn(text: string, path: string, problems: string[]): readonly CheckedObject[] {
  try {
    return readManifests(text, path).flatMap(({ object, line }) =>
      object === undefined ? [] : [{ object, origin: { file: path, line } }],
    )
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    problems.push(error.message)
    return []
  }
}
