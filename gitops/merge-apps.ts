import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import type { AppMerge, MergedApp } from './app-merge.ts'
import type { Inventory } from './inventory.ts'

export interface MergeAppsProps {
  readonly rendering: Rendering
  readonly inventory: Inventory
  /** Contents of the rollout records on the branch, by app. */
  readonly records: ReadonlyMap<string, string>
  readonly merge: AppMerge
  /** Apps to publish; the others stay as they are. All if `undefined`. */
  readonly only: ReadonlySet<string> | undefined
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
export function mergeApps(props: MergeAppsProps): ReadonlyMap<string, MergedApp> {
  const { rendering, inventory, records, merge, only } = props
  const rendered = new Map<string, RenderedFile[]>()
  for (const file of rendering.files) {
    const files = rendered.get(file.app)
    if (files === undefined) rendered.set(file.app, [file])
    else files.push(file)
  }
  const apps = [...new Set([...rendered.keys(), ...inventory.apps.keys()])].sort()
  const unknown = [...(only ?? [])].find((app) => !apps.includes(app))
  if (unknown !== undefined) throw new UnknownAppError(unknown, rendering.environment, apps)
  return new Map(
    apps
      .filter((app) => only === undefined || only.has(app))
      .map((app) => [
        app,
        merge({ app, rendered: rendered.get(app) ?? [], record: records.get(app) }),
      ]),
  )
}
