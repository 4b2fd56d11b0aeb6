import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { BranchManifest } from './branch-manifest.ts'
import { objectName } from './branch-manifest.ts'
import type { FileComparison } from './compare-files.ts'
import type { Located, ObjectTransition } from './object-transition.ts'

export interface ObjectTransitionsProps {
  readonly comparison: FileComparison
  /** Manifests as they are on the branch, by path: what is written over, deleted, or taken over. */
  readonly before: ReadonlyMap<string, BranchManifest>
  /** Files of others that we take over. */
  readonly adopted: readonly BranchManifest[]
  /** Whether an object will be in a file that this publish leaves alone. */
  readonly isElsewhere: (object: KubernetesObject) => boolean
}

interface Half extends Located {
  readonly app: string
  readonly adopted: boolean
}

/**
 * Follows objects and not files: one that moves to another path, app or owner is the same object,
 * and neither deleted nor made anew.
 */
export function objectTransitions(props: ObjectTransitionsProps): readonly ObjectTransition[] {
  const { comparison, isElsewhere } = props
  const before = objectsBefore(props)
  const after = new Map<string, Half>()
  for (const { file } of comparison.writes) {
    const { object, path, app } = file
    if (object !== undefined) after.set(objectName(object), { object, path, app, adopted: false })
  }
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((object): ObjectTransition[] => {
    const old = before.get(object)
    const next = after.get(object)
    if (next === undefined && old !== undefined && isElsewhere(old.object)) return []
    return [
      {
        object,
        app: next?.app ?? old?.app ?? '',
        adopted: old?.adopted ?? false,
        ...(old !== undefined && { before: { object: old.object, path: old.path } }),
        ...(next !== undefined && { after: { object: next.object, path: next.path } }),
      },
    ]
  })
}

function objectsBefore(props: ObjectTransitionsProps): ReadonlyMap<string, Half> {
  const { comparison, before, adopted } = props
  const objects = new Map<string, Half>()
  const add = (manifest: BranchManifest | undefined, app: string, isAdopted: boolean): void => {
    // What is not synced looks like objects, and is in no cluster.
    if (manifest === undefined || manifest.path.startsWith('rollouts/')) return
    for (const object of manifest.objects) {
      objects.set(objectName(object), { object, path: manifest.path, app, adopted: isAdopted })
    }
  }
  for (const manifest of adopted) add(manifest, '', true)
  for (const { path, app } of comparison.deletions) add(before.get(path), app, false)
  for (const { file, isForeign } of comparison.writes) {
    add(before.get(file.path), file.app, isForeign)
  }
  return objects
}
