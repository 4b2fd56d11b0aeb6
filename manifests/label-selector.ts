import { isRecord } from './kubernetes-object.ts'

export type Labels = Readonly<Record<string, string>>

/**
 * Whether a `LabelSelector` (`matchLabels`, `matchExpressions`) selects these labels. A missing
 * selector selects nothing, an empty one everything, as in `policy/v1`.
 */
export function selects(selector: unknown, labels: Labels): boolean {
  if (!isRecord(selector)) return false
  const matchLabels = isRecord(selector.matchLabels) ? selector.matchLabels : {}
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : []
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => isRecord(expression) && satisfies(expression, labels))
  )
}

/** Whether a plain map of labels, as a Service's selector, selects these labels. Empty selects nothing. */
export function selectsByMap(selector: unknown, labels: Labels): boolean {
  if (!isRecord(selector)) return false
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

function satisfies(expression: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  const key = String(expression.key)
  const actual = Object.hasOwn(labels, key) ? labels[key] : undefined
  const values = Array.isArray(expression.values) ? expression.values : []
  switch (expression.operator) {
    case 'In':
      return actual !== undefined && values.includes(actual)
    case 'NotIn':
      return actual === undefined || !values.includes(actual)
    case 'Exists':
      return actual !== undefined
    case 'DoesNotExist':
      return actual === undefined
    default:
      return false
  }
}
