import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type FieldChange, fieldChanges } from './field-changes.ts'

/** The fields in which two versions of an object differ; of what a Secret holds only where, not what. */
export function objectChanges(
  before: KubernetesObject,
  after: KubernetesObject,
): readonly FieldChange[] {
  const changes = fieldChanges(before, after)
  return isSecret(before) || isSecret(after) ? changes.map(concealed) : changes
}

const isSecret = ({ apiVersion, kind }: KubernetesObject): boolean =>
  apiVersion === 'v1' && kind === 'Secret'

/** Stands for a value: plans are shown in logs of CI and in comments of pull requests. */
const NOT_SHOWN = '(not shown)'

function concealed(change: FieldChange): FieldChange {
  const { field, before, after } = change
  if (!HOLDS_SECRETS.test(field)) return change
  const instead = (value: unknown) => (value === undefined ? undefined : NOT_SHOWN)
  return { field, before: instead(before), after: instead(after) }
}

/** `kubectl apply` writes all of an object, its data too, into an annotation. */
const HOLDS_SECRETS = /^(?:data|stringData|metadata\.annotations)\b/
