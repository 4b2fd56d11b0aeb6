import { isRecord } from '../manifests/kubernetes-object.ts'

/** One field that differs. */
export interface FieldChange {
  /** `spec.template.spec.containers[web].image`. */
  readonly field: string
  /** `undefined` if the field is new; `(not shown)` if a Secret holds it. */
  readonly before: unknown
  /** `undefined` if the field is gone; `(not shown)` if a Secret holds it. */
  readonly after: unknown
}

/**
 * Fields by which Kubernetes tells the items of a list apart, the most telling first. The items of
 * a list are compared by the first that all of them have and none shares, so that a container that
 * is put in front of others is one new item and not a change of all.
 */
const MERGE_KEYS = [
  'name',
  'key',
  'mountPath',
  'containerPort',
  'port',
  'ip',
  'topologyKey',
  'type',
] as const

/** The fields in which two values differ, in the order of their names. */
export function fieldChanges(before: unknown, after: unknown, field = ''): readonly FieldChange[] {
  if (isRecord(before) && isRecord(after)) return compareMaps(before, after, field)
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, field)
  return isSame(before, after) ? [] : [{ field, before, after }]
}

function compareMaps(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  field: string,
): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap((name) => fieldChanges(before[name], after[name], member(field, name)))
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  field: string,
): readonly FieldChange[] {
  const key = mergeKey(before, after)
  if (key === undefined) return compareByIndex(before, after, field)
  const [old, next] = [before, after].map(
    (list) => new Map(list.map((item) => [String(isRecord(item) ? item[key] : ''), item])),
  )
  return [...new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])])].flatMap((id) =>
    fieldChanges(old?.get(id), next?.get(id), `${field}[${id}]`),
  )
}

/** Lists of words and numbers are short, and read best as a whole. */
function compareByIndex(
  before: readonly unknown[],
  after: readonly unknown[],
  field: string,
): readonly FieldChange[] {
  if (![...before, ...after].some(isRecord)) {
    return isSame(before, after) ? [] : [{ field, before, after }]
  }
  const length = Math.max(before.length, after.length)
  return Array.from({ length }, (_, index) => index).flatMap((index) =>
    fieldChanges(before[index], after[index], `${field}[${index}]`),
  )
}

function mergeKey(before: readonly unknown[], after: readonly unknown[]): string | undefined {
  return MERGE_KEYS.find((key) =>
    [before, after].every((list) => {
      const values = list.map((item) => (isRecord(item) ? item[key] : undefined))
      return !values.includes(undefined) && new Set(values).size === list.length
    }),
  )
}

const member = (field: string, name: string): string => {
  if (!/^[A-Za-z_$][A-Za-z0-9_$-]*$/.test(name)) return `${field}[${JSON.stringify(name)}]`
  return field === '' ? name : `${field}.${name}`
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b))
