import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import type { TreeFile } from '../gitops/git-remote.ts'
import { LostFileError } from '../gitops/lost-file-error.ts'
import { type RecentCommit, tamperedWith } from '../gitops/tampered.ts'
import { planPath, revisionPath } from '../manifests/layout.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { readPlan } from '../rollouts/read-plan.ts'
import type { RecordSpec, RolloutRecord } from '../rollouts/record.ts'
import { render } from '../rollouts/render.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import { readRendition } from '../rollouts/rendition-file.ts'
import { stableRevision } from '../rollouts/stable-revision.ts'
import type { AppOnBranch } from './app-on-branch.ts'
import type { Place } from './commit-moves.ts'
import { renditionIn } from './files-after.ts'
import { ownIds } from './same-on-branch.ts'

export interface RecordOnBranch {
  /** `<namespace>/<app>`. */
  readonly app: string
  readonly record: RolloutRecord
}

export interface ReadAppProps extends RecordOnBranch {
  readonly place: Place
  /** The commit that was read. */
  readonly commit: string
  readonly onBranch: EnvironmentOnBranch
  /** The newest commits that have changed rollouts of the environment. */
  readonly recent: readonly RecentCommit[]
  /** Of `blobsToRead`, by path; `undefined` of what the repository has no longer. */
  readonly texts: ReadonlyMap<string, string | undefined>
}

/**
 * Blobs of the files that say all about an app that is needed to go on with it, by path. What is to be
 * written one day counts as we have written it, whatever lies there now: who may change an app's folder
 * may not have written to others what stands in it. At rest the app is what is there.
 */
export function blobsToRead(
  { inventory, tree }: Pick<EnvironmentOnBranch, 'inventory' | 'tree'>,
  { app, record }: RecordOnBranch,
): ReadonlyMap<string, string> {
  const written = inventory.apps.get(app)?.files ?? new Map<string, string>()
  const { namespace, name } = record.metadata
  const renditions = renditionsToRead(record.spec).map((revision) => pathOf(record, revision))
  // In flight the files follow from renditions.
  const isAtRest = record.spec.rollout === undefined
  const asTheyAre = isAtRest
    ? [...[...written.keys()].filter(isSynced), planPath(namespace, name)]
    : []
  return new Map([
    ...renditions.flatMap((path) => entryOf(path, written.get(path))),
    ...asTheyAre.flatMap((path) => entryOf(path, regularFile(tree.get(path)))),
  ])
}

const entryOf = (path: string, id: string | undefined): (readonly [string, string])[] =>
  id === undefined ? [] : [[path, id]]

/** Its id, unless it is a link or another repository. */
const regularFile = (file: TreeFile | undefined): string | undefined =>
  file?.mode.startsWith('100') ? file.id : undefined

/** What has to be rendered next; others only have to stay. */
const renditionsToRead = ({ rollout, queued }: RecordSpec): readonly string[] => [
  ...(rollout === undefined ? [] : [rollout.base, rollout.candidate]),
  ...(queued === undefined ? [] : [queued.revision]),
]

const pathOf = ({ metadata }: RolloutRecord, revision: string): string =>
  revisionPath(metadata.namespace, metadata.name, revision)

const isSynced = (path: string): boolean => !path.startsWith('rollouts/')

/**
 * @throws {LostFileError}
 * @throws {MalformedPlanError}
 * @throws {MalformedRecordError}
 * @throws {MissingRenditionError}
 * @throws {UnreadableManifestError}
 */
export async function readApp(props: ReadAppProps): Promise<AppOnBranch> {
  const { app, record, commit, recent, onBranch, place } = props
  const { environment } = place
  const renditions = readRenditions(props)
  const ids = ownIds(onBranch, app)
  const common = { app, environment, record, commit, recent, renditions, ids }
  const read = record.spec.rollout === undefined ? atRest(common, props) : inFlight(common, props)
  const tampered = await tamperedWith({ ...props, ...props.place, files: read.files })
  if (tampered !== undefined) return { ...read, tampered }
  // What somebody else has made of the app is no revision of ours, and none to go back to.
  if (record.spec.rollout === undefined) {
    renditions.set(read.stable, { revision: read.stable, files: read.files })
  }
  return read
}

type Common = Omit<AppOnBranch, 'plan' | 'stable' | 'files' | 'tampered'>

function inFlight(common: Common, props: ReadAppProps): AppOnBranch {
  const { rollout } = props.record.spec
  if (rollout === undefined) throw new Error('There is no rollout')
  const { environment } = props.place
  const base = renditionIn(common, rollout.base, environment)
  const candidate = renditionIn(common, rollout.candidate, environment)
  const plan = planIn(candidate, props)
  return {
    ...common,
    plan,
    stable: rollout.base,
    files: render({ base, candidate, plan, rollout }),
  }
}

function atRest(common: Common, props: ReadAppProps): AppOnBranch {
  const files = filesAtRest(props)
  const ownPlan = planIn({ files }, props)
  const stable = stableRevision(ownPlan, files) ?? ''
  const { queued } = props.record.spec
  if (queued === undefined) return { ...common, plan: ownPlan, stable, files }
  const next = renditionIn(common, queued.revision, props.place.environment)
  return { ...common, plan: planIn(next, props), stable, files }
}

function readRenditions({ record, place, texts }: ReadAppProps): Map<string, Rendition> {
  const read = renditionsToRead(record.spec).flatMap((revision) => {
    const path = pathOf(record, revision)
    if (!texts.has(path)) return []
    const text = texts.get(path)
    if (text === undefined) throw new LostFileError(`${place.environment}/${path}`)
    return [[revision, readRendition(text, `${place.environment}/${path}`)] as const]
  })
  return new Map(read)
}

/** @throws {MalformedPlanError} */
function planIn({ files }: Pick<Rendition, 'files'>, { record, place }: ReadAppProps): RolloutPlan {
  const path = planPath(record.metadata.namespace, record.metadata.name)
  const text = files.find((file) => file.path === path)?.text ?? ''
  return readPlan(text, `${place.environment}/${path}`)
}

function filesAtRest({ app, record, place, texts }: ReadAppProps): readonly RenderedFile[] {
  const plan = planPath(record.metadata.namespace, record.metadata.name)
  return [...texts]
    .filter(([path]) => isSynced(path) || path === plan)
    .map(([path, text = '']) => {
      if (path === plan) return { path, text, app }
      const object = readManifests(text, `${place.environment}/${path}`)[0]?.object
      return { path, text, app, ...(object !== undefined && { object }) }
    })
}
