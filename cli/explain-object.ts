import type { FieldReason } from '../constructs/field-reason.ts'
import { FIELD_REASONS } from '../constructs/field-reasons.ts'
import { at } from '../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { podTemplatePath } from '../manifests/pod-template.ts'
import { isSecret, secretValue } from '../manifests/secret-values.ts'

/** A field of an object with the reason for its value. */
export interface ExplainedField {
  readonly path: string
  /** `(not shown)` if a Secret holds it. */
  readonly value: unknown
  /** Absent where nothing is known: the field comes from a patch, or from an object of the user's own. */
  readonly reason?: FieldReason
}

/** Every field of an object, down to the level at which one reason covers what is below. */
export function explainFields(object: KubernetesObject): readonly ExplainedField[] {
  const fields = allFields(object).filter(isShown)
  if (!isSecret(object)) return fields
  return fields.map((field) => ({ ...field, value: secretValue(field.path, field.value) }))
}

function allFields(object: KubernetesObject): readonly ExplainedField[] {
  if (!isOurs(object)) return explainBelow('', object, () => undefined)
  const reasons = FIELD_REASONS.filter(({ kinds }) => kinds?.includes(object.kind) ?? true).map(
    (reason) => ({ reason, pattern: patternOf(reason.path, object) }),
  )
  const reasonFor = (path: string) => reasons.find(({ pattern }) => pattern.test(path))?.reason
  return explainBelow('', object, reasonFor)
}

/** Objects that users write themselves have their values from them. */
const isOurs = ({ metadata }: KubernetesObject): boolean =>
  at(metadata, 'labels', 'app.kubernetes.io/managed-by') === 'lockstep'

const isShown = ({ path }: ExplainedField): boolean => !/^(apiVersion|kind)$/.test(path)

function explainBelow(
  path: string,
  value: unknown,
  reasonFor: (path: string) => FieldReason | undefined,
): ExplainedField[] {
  const reason = path === '' ? undefined : reasonFor(path)
  if (reason !== undefined) return [{ path, value, reason }]
  const children = childrenOf(path, value)
  if (children.length === 0) return [{ path, value }]
  return children.flatMap(([childPath, child]) => explainBelow(childPath, child, reasonFor))
}

function childrenOf(path: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [`${path}[${index}]`, item] as const)
  if (!isRecord(value)) return []
  return Object.entries(value).map(
    ([key, child]) => [path === '' ? key : `${path}.${key}`, child] as const,
  )
}

/** A reason's path as a pattern for exactly that field. */
function patternOf(path: string, object: KubernetesObject): RegExp {
  const pod = podTemplatePath(object)?.join('.') ?? '<none>'
  const source = path
    .replace('<pod>', pod)
    .replaceAll('.', '\\.')
    .replaceAll('[]', '\\[\\d+\\]')
    .replaceAll('*Containers', '(?:c|initC)ontainers')
    .replaceAll('*', '[^.]+')
  return new RegExp(`^${source}$`)
}
