import { SYNCED_SECTIONS } from '../manifests/layout.ts'

/**
 * Git has no empty folders, and Flux prunes nothing when the path of a Kustomization is gone: it
 * stops with "path not found". So a folder that something may sync keeps this file.
 *
 * It is no manifest to anyone: kustomize-controller takes up `.yaml` and `.yml`, and Argo CD's
 * directory source `.yaml`, `.yml`, `.json` and `.jsonnet`.
 *
 * - The sections of an environment and their namespaces always have one, in both sections, since a
 *   sync object may name such a folder before there is anything in it.
 * - The folder of an app gets one when its last file goes, so that what syncs it can prune. It stays
 *   until a person deletes it, once the sync object is gone; publish does not bring it back.
 *
 * Placeholders are in no inventory and never pruned or overwritten; that one is there is enough.
 */
export const PLACEHOLDER_FILE = '.gitkeep'

export const PLACEHOLDER_TEXT =
  'Keeps this folder in Git while it is empty: a path that is gone cannot be pruned.\n'

export interface PlaceholderProps {
  /** Whether a file is on the branch before the change. */
  readonly exists: (path: string) => boolean
  /** Whether anything is left in a folder after the change. */
  readonly isEmptied: (folder: string) => boolean
  /** Files that the environment has after the change and owns. */
  readonly owned: Iterable<string>
  readonly deleted: Iterable<string>
}

/** Paths of the placeholders that are missing. */
export function missingPlaceholders(props: PlaceholderProps): readonly string[] {
  const folders = new Set<string>(SYNCED_SECTIONS)
  for (const namespace of namespacesOf(props.owned)) {
    for (const synced of SYNCED_SECTIONS) folders.add(`${synced}/${namespace}`)
  }
  for (const path of props.deleted) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (isSynced(path.split('/')[0]) && props.isEmptied(folder)) folders.add(folder)
  }
  return [...folders]
    .map((folder) => `${folder}/${PLACEHOLDER_FILE}`)
    .filter((path) => !props.exists(path))
    .sort()
}

/** Second parts of paths in synced sections. */
function namespacesOf(paths: Iterable<string>): ReadonlySet<string> {
  const namespaces = new Set<string>()
  for (const path of paths) {
    const slash = path.indexOf('/')
    if (!isSynced(path.slice(0, slash))) continue
    namespaces.add(path.slice(slash + 1, path.indexOf('/', slash + 1)))
  }
  return namespaces
}

const isSynced = (section: string | undefined): boolean =>
  SYNCED_SECTIONS.some((synced) => synced === section)
