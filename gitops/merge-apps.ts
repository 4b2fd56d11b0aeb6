import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import type { AppMerge, MergedApp } from './app-merge.ts'
import type { EnvironmentOnBranch } from './environment-on-branch.ts'
import type { GitRemote } from './git-remote.ts'
import type { Inventory } from './inventory.ts'
import type { PublishOptions } from './publish-plan.ts'
import { readBranchApps } from './read-branch-apps.ts'

export interface MergeAppsProps {
  readonly remote: GitRemote
  readonly rendering: Rendering
  readonly onBranch: EnvironmentOnBranch
  /** The part of the inventory that this project may change. */
  readonly own: Inventory
  readonly merge: AppMerge
  /** Apps to publish; the others stay as they are. All if `undefined`. */
  readonly only: ReadonlySet<string> | undefined
  readonly options: PublishOptions
}

/** An app that was asked for is neither rendered nor on the branch. */
export class UnknownAppError extends Error {
  override readonly name = 'UnknownAppError'
  readonly code = 'UNKNOWN_APP'
  readonly remedy: string

  constructor(app: string, environment: string, known: readonly string[]) {
    super(`There is no app '${app}' in ${environment}`)
    this.remedy = `Use one of: ${known.join(', ') || '(none)'}`
  }
}

/**
 * Asks the merge about every app that is rendered, or that the branch has.
 *
 * @throws {UnknownAppError}
 */
export async function mergeApps(props: MergeAppsProps): Promise<ReadonlyMap<string, MergedApp>> {
  const { remote, rendering, onBranch, own, merge, options } = props
  const { environment } = rendering
  const apps = appsToPublish(props)
  const read = await readBranchApps({
    remote,
    environment,
    onBranch,
    own,
    apps,
    overwriteDrift: options.overwriteDrift ?? false,
  })
  return new Map(
    [...apps].map(([app, rendered]) => {
      const own = read.get(app)
      const isDirect = options.direct?.includes(app) ?? false
      return [
        app,
        merge({
          app,
          environment,
          rendered,
          ...(own !== undefined && { onBranch: own }),
          ...(isDirect && { direct: options.reason ?? '' }),
        }),
      ]
    }),
  )
}

/** What is rendered of each app that is to be published. */
function appsToPublish({
  rendering,
  own,
  only,
  options: { direct = [] },
}: MergeAppsProps): ReadonlyMap<string, readonly RenderedFile[]> {
  const rendered = Map.groupBy(rendering.files, ({ app }) => app)
  const apps = [...new Set([...rendered.keys(), ...own.apps.keys()])].sort()
  const unknown = [...(only ?? []), ...direct].find((app) => !apps.includes(app))
  if (unknown !== undefined) throw new UnknownAppError(unknown, rendering.environment, apps)
  return new Map(
    apps
      .filter((app) => only === undefined || only.has(app))
      .map((app) => [app, rendered.get(app) ?? []]),
  )
}
