import { canonicalJson } from '../manifests/canonical-json.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { isSecret, secretValue } from '../manifests/secret-values.ts'
import { type FieldChange, fieldChanges } from './field-changes.ts'

/** The fields in which two versions of an object differ; of what a Secret holds only where, not what. */
export const objectChanges = (
  before: KubernetesObject,
  after: KubernetesObject,
): readonly FieldChange[] =>
  isSecret(before) || isSecret(after)
    ? fieldChanges(withListsOfWords(before), withListsOfWords(after)).map(concealed)
    : fieldChanges(before, after)

/** Items of a list are called by what they say, unless they are words. */
function withListsOfWords(value: unknown): unknown {
  if (Array.isArray(value)) return [canonicalJson(value)]
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withListsOfWords(each)]),
  )
}

function concealed({ field, before, after }: FieldChange): FieldChange {
  const shown = (value: unknown) => (value === undefined ? undefined : secretValue(field, value))
  return { field, before: shown(before), after: shown(after) }
}
