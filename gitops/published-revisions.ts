import { contentHash } from '../manifests/content-hash.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { podTemplateOf } from '../manifests/pod-template.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { configMapNames, revisionOf } from '../rollouts/revision.ts'
import type { PublishedRevision } from './inventory.ts'

/**
 * Revisions of an app whose ConfigMaps stay on the branch: the newest and two before it. Pods of an
 * old ReplicaSet may start at any time (a rollback, a node that dies during a rolling update), and
 * without their ConfigMap they never would.
 */
export const KEPT_REVISIONS = 3

/** Immutable ConfigMaps of a rendering, by `<namespace>/<name>`, with the paths of their files. */
export type ConfigMapPaths = ReadonlyMap<string, string>

/** Only immutable ones: one that can change has no generations, and pods read whatever it holds. */
export function immutableConfigMaps(files: readonly RenderedFile[]): ConfigMapPaths {
  const paths = new Map<string, string>()
  for (const { object, path } of files) {
    if (object?.kind !== 'ConfigMap' || object.immutable !== true) continue
    paths.set(`${object.metadata.namespace ?? ''}/${object.metadata.name}`, path)
  }
  return paths
}

/**
 * The revisions of an app after this one is published, newest first. Empty if none of them needs a
 * ConfigMap, since then there is nothing to remember.
 */
export function nextRevisions(
  published: readonly PublishedRevision[],
  rendered: readonly RenderedFile[],
  configMaps: ConfigMapPaths,
): readonly PublishedRevision[] {
  const current = currentRevision(rendered, configMaps)
  if (current === undefined) return []
  const others = published.filter(({ id }) => id !== current.id)
  const revisions = [current, ...others].slice(0, KEPT_REVISIONS)
  return revisions.some((revision) => revision.configMaps.length > 0) ? revisions : []
}

/** What makes the pods of an app differ; `undefined` if it has none. */
function currentRevision(
  rendered: readonly RenderedFile[],
  configMaps: ConfigMapPaths,
): PublishedRevision | undefined {
  const objects = rendered.flatMap(({ object }) => (object === undefined ? [] : [object]))
  const revisions = objects.flatMap((object) => revisionOf(object, objects) ?? [])
  if (revisions.length === 0) return undefined
  const paths = objects.flatMap((object) => configMapsOf(object, configMaps))
  const id = revisions.length === 1 ? revisions[0] : contentHash(revisions.sort().join())
  return { id: id ?? '', configMaps: [...new Set(paths)].sort() }
}

function configMapsOf(object: KubernetesObject, paths: ConfigMapPaths): readonly string[] {
  const template = podTemplateOf(object)
  if (template === undefined) return []
  return [...configMapNames(template)].flatMap(
    (name) => paths.get(`${object.metadata.namespace ?? ''}/${name}`) ?? [],
  )
}
