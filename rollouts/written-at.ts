import { at, fields, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/**
 * When somebody last changed what they own of these parts of a live object, in milliseconds since
 * 1970 by the clock of the API server, cut off to seconds. `undefined` if the object does not say:
 * whoever may write it may remove that (`managedFields: []`).
 *
 * The API server keeps the time of each writer when a write changes nothing, as the applies of Flux
 * and Argo CD mostly do.
 */
export function writtenAtMs(
  { metadata }: KubernetesObject,
  ...parts: readonly ('spec' | 'status')[]
): number | undefined {
  const times = items(metadata.managedFields)
    .filter((entry) => parts.some((part) => `f:${part}` in fields(at(entry, 'fieldsV1'))))
    .map((entry) => Date.parse(text(at(entry, 'time')) ?? ''))
    .filter((time) => !Number.isNaN(time))
  return times.length === 0 ? undefined : Math.max(...times)
}
