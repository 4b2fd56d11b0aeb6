import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectFileName } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { objectName } from './branch-manifest.ts'

/** What tells an object from all others. */
export type NamedObject = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>

/** The file that holds the object of this type, namespace and name; `undefined` if none does. */
export type FindObject = (object: NamedObject) => RenderedFile | undefined

/**
 * Looks for objects in rendered files. The last part of a path says what a file may hold, so none is
 * read but those that may hold what is looked for.
 */
export function findObjectIn(files: readonly RenderedFile[]): FindObject {
  let byFileName: ReadonlyMap<string, readonly RenderedFile[]> | undefined
  const read = new Map<string, ReadonlyMap<string, RenderedFile>>()
  return (object) => {
    byFileName ??= Map.groupBy(files, ({ path }) => path.slice(path.lastIndexOf('/') + 1))
    const fileName = objectFileName(object)
    const byObject = read.get(fileName) ?? filesByObject(byFileName.get(fileName) ?? [])
    read.set(fileName, byObject)
    return byObject.get(objectName(object))
  }
}

const filesByObject = (files: readonly RenderedFile[]): ReadonlyMap<string, RenderedFile> =>
  new Map(
    files.flatMap((file) =>
      file.object === undefined ? [] : [[objectName(file.object), file] as const],
    ),
  )
