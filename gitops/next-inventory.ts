import { at } from '../manifests/fields.ts'
import { describeIdentity, identityOf } from '../manifests/identity.ts'
import { type DesiredApp, type DesiredFile, keepsObjects } from './desired-app.ts'
import {
  EMPTY_APP,
  type Inventory,
  type InventoryApp,
  type PublishedRevision,
} from './inventory.ts'

export interface NextInventoryProps {
  readonly inventory: Inventory
  /** Name of the project whose an active app is from now on, if that has one. */
  readonly projectOf: (app: string) => string | undefined
  /** Apps that get what they are to have; all others stay as they are. */
  readonly active: readonly DesiredApp[]
  /** Their revisions after the publish. */
  readonly revisions: ReadonlyMap<string, readonly PublishedRevision[]>
  /** Whether a file that an active app owns, and is not to have, is still there afterwards. */
  readonly stays: (path: string) => boolean
}

export function nextInventory(props: NextInventoryProps): Inventory {
  const { inventory, active } = props
  const wanted = new Set(active.flatMap(({ files }) => files.map(({ path }) => path)))
  const apps = new Map<string, InventoryApp>()
  for (const [app, before] of inventory.apps) {
    // A file can change hands: whoever is to have it now owns it.
    const isShared = [...before.files.keys()].some((path) => wanted.has(path))
    const left = [...before.files].filter(([path]) => !wanted.has(path))
    apps.set(app, isShared ? { ...before, files: new Map(left) } : before)
  }
  for (const app of active) apps.set(app.app, nextApp(app, apps.get(app.app) ?? EMPTY_APP, props))
  return { apps: new Map([...apps].filter(([, { files }]) => files.size > 0)) }
}

function nextApp(
  { app, files }: DesiredApp,
  before: InventoryApp,
  { projectOf, revisions, stays }: NextInventoryProps,
): InventoryApp {
  const project = projectOf(app)
  const left = [...before.files].filter(([path]) => stays(path))
  return {
    ...(project !== undefined && { project }),
    files: new Map([...left, ...files.map(({ path, id }) => [path, id] as const)]),
    revisions: revisions.get(app) ?? [],
    handovers: pendingHandovers(before.handovers, files),
  }
}

/** A handover is over once the number has left the manifest, and void once it has changed. */
function pendingHandovers(
  handovers: ReadonlyMap<string, number>,
  files: readonly DesiredFile[],
): ReadonlyMap<string, number> {
  if (handovers.size === 0) return handovers
  // A manifest that stays says what it said.
  if (keepsObjects(files)) return handovers
  const replicas = new Map(
    files.flatMap(({ rendered }) =>
      rendered?.object === undefined
        ? []
        : [
            [
              describeIdentity(identityOf(rendered.object)),
              at(rendered.object, 'spec', 'replicas'),
            ] as const,
          ],
    ),
  )
  return new Map([...handovers].filter(([object, count]) => replicas.get(object) === count))
}
