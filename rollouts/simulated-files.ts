import { at, fields, items } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile } from '../manifests/rendering.ts'

/** The part of an app's files that a sync applies apart from the other one. */
export const section = (
  files: readonly RenderedFile[],
  name: 'workloads' | 'traffic',
): readonly RenderedFile[] => files.filter(({ path }) => path.startsWith(`${name}/`))

/** Whether two lists hold the same files. */
export function same(a: readonly RenderedFile[], b: readonly RenderedFile[]): boolean {
  const texts = new Map(a.map(({ path, text }) => [path, text]))
  return a.length === b.length && b.every(({ path, text }) => texts.get(path) === text)
}

export const objectOf = (
  files: readonly RenderedFile[],
  kind: string,
  name: string,
): KubernetesObject | undefined =>
  files.find(({ object }) => object?.kind === kind && object.metadata.name === name)?.object

/** The image of a Deployment, which stands for its whole template; `undefined` if there is none. */
export function templateIn(files: readonly RenderedFile[], deployment: string): string | undefined {
  const object = objectOf(files, 'Deployment', deployment)
  const containers = items(at(object, 'spec', 'template', 'spec', 'containers'))
  return object === undefined ? undefined : String(at(fields(containers[0]), 'image'))
}
