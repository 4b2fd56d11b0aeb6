import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type BranchManifest, objectName } from './branch-manifest.ts'
import type { FindObject } from './find-object.ts'
import type { TreeFile } from './git-remote.ts'
import { INVENTORY_FILE, type Inventory } from './inventory.ts'
import type { Stop } from './stop.ts'

/**
 * Manifests in the environment's folder that are not ours. All of the folder counts and not only our
 * sections, since the folder is one sync target: whoever syncs `prod/` applies `prod/legacy/` too.
 */
export function foreignManifests(
  tree: ReadonlyMap<string, TreeFile>,
  inventory: Inventory,
): ReadonlyMap<string, TreeFile> {
  const owned = new Set([...inventory.apps.values()].flatMap(({ files }) => [...files.keys()]))
  return new Map(
    [...tree].filter(
      ([path, { mode }]) =>
        !owned.has(path) &&
        path !== INVENTORY_FILE &&
        !path.startsWith('rollouts/') &&
        MANIFEST.test(path) &&
        mode.startsWith('100'),
    ),
  )
}

/** What Flux or Argo CD would take for a manifest, and kustomize for its own file. */
const MANIFEST = /\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/

export interface ForeignObjectsProps {
  readonly manifests: readonly BranchManifest[]
  /** In the files that are to hold our objects. */
  readonly findOurs: FindObject
  /** Paths that we are to write and where somebody else's file lies, with other content. */
  readonly overwritten: ReadonlySet<string>
  /** Whether to take over. */
  readonly adopt: boolean
  /** The other project that has published the file; `undefined` for files that none has. */
  readonly projectOf: (path: string) => string | undefined
}

export interface ForeignObjects {
  /** Files that we take over: they hold our objects and nothing else. */
  readonly adopted: readonly BranchManifest[]
  readonly stops: readonly Stop[]
}

/** Finds objects of ours that somebody else's files have as well. Two files of one object fight. */
export function findForeignObjects(props: ForeignObjectsProps): ForeignObjects {
  const adopted: BranchManifest[] = []
  const stops: Stop[] = []
  for (const manifest of props.manifests) {
    const { path, objects } = manifest
    const shared = objects.flatMap((object) => sharedObject(object, props))
    // The same content at the same path is ours from now on.
    const isFree = shared.length === 0 || shared.some((object) => object.path === path)
    if (isFree && !props.overwritten.has(path)) continue
    if (isTakenOver(manifest, props)) adopted.push(manifest)
    else stops.push(stopFor(manifest, shared, props))
  }
  return { adopted, stops }
}

/** An object in a file of others that we have as well. */
interface SharedObject {
  readonly name: string
  /** Where we are to have it. */
  readonly path: string
}

function sharedObject(
  object: KubernetesObject,
  { findOurs }: ForeignObjectsProps,
): readonly SharedObject[] {
  const file = findOurs(object)
  return file === undefined ? [] : [{ name: objectName(object), path: file.path }]
}

const isWhollyOurs = (manifest: BranchManifest, { findOurs }: ForeignObjectsProps): boolean =>
  !manifest.hasOther && manifest.objects.every((object) => findOurs(object) !== undefined)

const isTakenOver = (manifest: BranchManifest, props: ForeignObjectsProps): boolean =>
  props.adopt && props.projectOf(manifest.path) === undefined && isWhollyOurs(manifest, props)

function stopFor(
  manifest: BranchManifest,
  shared: readonly SharedObject[],
  props: ForeignObjectsProps,
): Stop {
  const { path, problem } = manifest
  const project = props.projectOf(path)
  const names = shared.map(({ name }) => name)
  if (project !== undefined) return sharedObjectStop(path, names, project)
  const [object] = names
  const ours = shared.map((one) => one.path)
  const what =
    object === undefined
      ? `${path} exists already, and Lockstep has not written it`
      : `${names.join(', ')} would be in ${ours.join(', ')} and is in ${path}, which Lockstep does not own`
  return {
    kind: 'foreign-object',
    ...(object !== undefined && { object }),
    message: problem === undefined ? what : `${what}; it cannot be read: ${problem}`,
    remedy: isWhollyOurs(manifest, props)
      ? `Take it over with --adopt, which replaces ${path} in the same commit, or remove one of the two`
      : `Take what Lockstep is to own out of ${path}: --adopt does not delete a file that has more in it`,
    files: [...new Set([path, ...ours])],
  }
}

/** Two projects that describe one object undo each other's changes. */
const sharedObjectStop = (path: string, objects: readonly string[], project: string): Stop => ({
  kind: 'other-project',
  ...(objects[0] !== undefined && { object: objects[0] }),
  message: `${objects.join(', ') || path} is in ${path}, which the project '${project}' has published`,
  remedy: `Leave it to one of the two, give it another name here, or, if this project takes the place of '${project}': --take-over '${project}'`,
  files: [path],
})
