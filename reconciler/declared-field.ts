import { at, items, text } from '../manifests/fields.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Whether somebody applies a field of a live object from a manifest, and so would set it again: by
 * server-side apply, or by what client-side apply remembers. Who has only written it once does not.
 */
export const isDeclared = ({ metadata }: KubernetesObject, path: readonly string[]): boolean =>
  items(metadata.managedFields).some(
    (entry) =>
      at(entry, 'operation') === 'Apply' &&
      at(entry, 'fieldsV1', ...path.map((field) => `f:${field}`)) !== undefined,
  ) || at(lastApplied(metadata.annotations?.[LAST_APPLIED]), ...path) !== undefined

function lastApplied(written: string | undefined): unknown {
  try {
    return JSON.parse(text(written) ?? '{}')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
