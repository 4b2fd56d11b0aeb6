import { contentHash } from '../manifests/content-hash.ts'
import { at } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { CLUSTER_FOLDER, objectFileName } from '../manifests/layout.ts'
import { podTemplateOf } from '../manifests/pod-template.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { TRACK_LABEL } from '../manifests/tracks.ts'
import { STEP_ANNOTATION } from '../rollouts/render.ts'
import { configMapNames, revisionOf } from '../rollouts/revision.ts'
import type { FindObject } from './find-object.ts'
import type { PublishedRevision } from './inventory.ts'

/**
 * Revisions of an app whose ConfigMaps stay on the branch: the newest and two before it. Pods of an
 * old ReplicaSet may start at any time (a rollback, a node that dies during a rolling update), and
 * without their ConfigMap they never would.
 */
export const KEPT_REVISIONS = 3

/**
 * The revisions of an app after this one is published, newest first. Empty if none of them needs a
 * ConfigMap, since then there is nothing to remember.
 *
 * @param findRendered in all apps: the ConfigMap may be another one's
 */
export function nextRevisions(
  published: readonly PublishedRevision[],
  rendered: readonly RenderedFile[],
  findRendered: FindObject,
): readonly PublishedRevision[] {
  const known = published.flatMap(({ configMaps }) => configMaps)
  const current = currentRevision(rendered, findRendered, known)
  if (current === undefined) return []
  const others = published.filter(({ id }) => id !== current.id)
  const revisions = [current, ...others].slice(0, KEPT_REVISIONS)
  return revisions.some((revision) => revision.configMaps.length > 0) ? revisions : []
}

/**
 * What makes the pods of an app differ; `undefined` if it has none. A canary is not counted: while it
 * is there its ConfigMaps are too, and what may start again when it is gone are pods of stable.
 */
function currentRevision(
  rendered: readonly RenderedFile[],
  findRendered: FindObject,
  known: readonly string[],
): PublishedRevision | undefined {
  const objects = rendered.flatMap(({ object }) =>
    object === undefined || isCanary(object) ? [] : [object],
  )
  const revisions = objects.flatMap((object) => revisionOf(object, objects) ?? [])
  if (revisions.length === 0) return undefined
  const paths = objects.flatMap((object) => configMapsOf(object, findRendered, known))
  const id = revisions.length === 1 ? revisions[0] : contentHash(revisions.sort().join())
  return { id: id ?? '', configMaps: [...new Set(paths)].sort() }
}

/**
 * Paths of the ConfigMaps that a workload's pods name. Only immutable ones: one that can change has
 * no generations, and pods read whatever it holds. One that nothing renders any more, as while a
 * rollout is in flight, lies where it is known to lie.
 */
function configMapsOf(
  workload: KubernetesObject,
  findRendered: FindObject,
  known: readonly string[],
): readonly string[] {
  const template = podTemplateOf(workload)
  if (template === undefined) return []
  return [...configMapNames(template)].flatMap((name) => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...workload.metadata, name },
    }
    const file = findRendered(configMap)
    if (file === undefined) return known.find((path) => isPathOf(configMap, path)) ?? []
    return file.object?.immutable === true ? file.path : []
  })
}

/** The label alone may be anybody's; the annotation is of rollouts. */
const isCanary = (object: KubernetesObject): boolean =>
  object.metadata.annotations?.[STEP_ANNOTATION] !== undefined &&
  at(podTemplateOf(object), 'metadata', 'labels', TRACK_LABEL) === 'canary'

const isPathOf = (object: KubernetesObject, path: string): boolean =>
  path.endsWith(`/${objectFileName(object)}`) &&
  path.split('/')[1] === (object.metadata.namespace ?? CLUSTER_FOLDER)
