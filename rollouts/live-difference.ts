import { fieldPath } from '../manifests/field-path.ts'
import { groupOf } from '../manifests/identity.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { preview } from '../manifests/preview.ts'
import { InvalidQuantityError, parseQuantity } from '../manifests/quantity.ts'

/**
 * The first field of `spec` in which a live object is not as the branch says, as the rest of a
 * sentence: `has spec.minReplicas 2 instead of 3`. `undefined` if it says all that the branch says.
 *
 * What the branch leaves open may be anything, since the API server fills it in, but for labels that
 * select: one more selects others. Lists must be as long as on the branch and in its order: which of
 * two rules comes first may be what counts.
 */
export function liveDifference(
  branch: KubernetesObject,
  live: KubernetesObject,
): string | undefined {
  const found = findDifference(branch.spec, live.spec, ['spec'], branch)
  if (found === undefined) return undefined
  const { path, wanted, there } = found
  const field = fieldPath(path)
  return there === undefined || there === null
    ? `has no ${field}, which should be ${preview(wanted)}`
    : `has ${field} ${preview(there)} instead of ${preview(wanted)}`
}

interface Difference {
  readonly path: Path
  readonly wanted: unknown
  readonly there: unknown
}

type Path = readonly (string | number)[]

function findDifference(
  wanted: unknown,
  there: unknown,
  path: Path,
  object: KubernetesObject,
): Difference | undefined {
  if (wanted === undefined || wanted === null || wanted === there) return undefined
  const isNested = Array.isArray(wanted) || isRecord(wanted)
  if (!isNested) {
    const isSame = isAmount(object, path)
      ? isSameAmount(wanted, there)
      : there === undefined && isUnstored(wanted, object)
    return isSame ? undefined : { path, wanted, there }
  }
  const nested = there ?? (Array.isArray(wanted) ? [] : {})
  return isComparable(wanted, nested, isSelector(object, path))
    ? firstDifference(wanted, nested, path, object)
    : { path, wanted, there }
}

/**
 * Whether a value may be stored by leaving its field out, as Go does with many. Custom resources, which
 * have a domain as their group, are stored as they were written.
 */
const isUnstored = (value: unknown, { apiVersion }: KubernetesObject): boolean =>
  !groupOf(apiVersion).includes('.') && [0, false, ''].some((zero) => zero === value)

/** Whether two maps or lists can differ in what is in them alone. */
function isComparable(wanted: object, there: unknown, isExact: boolean): there is object {
  if (Array.isArray(wanted)) return Array.isArray(there) && there.length === wanted.length
  return isRecord(there) && !(isExact && hasMore(there, wanted))
}

function firstDifference(
  wanted: object,
  there: object,
  path: Path,
  object: KubernetesObject,
): Difference | undefined {
  const found = new Map(Object.entries(there))
  for (const [key, value] of Object.entries(wanted)) {
    const segment = Array.isArray(wanted) ? Number(key) : key
    const difference = findDifference(value, found.get(key), [...path, segment], object)
    if (difference !== undefined) return difference
  }
  return undefined
}

const isSelector = ({ kind }: KubernetesObject, path: Path): boolean =>
  path.at(-1) === 'matchLabels' || (kind === 'Service' && path.at(-1) === 'selector')

const hasMore = (map: object, other: object): boolean =>
  Object.keys(map).length > Object.keys(other).length

/** Targets of metrics. What is called `value` in a route is text, of which every character counts. */
const isAmount = ({ kind }: KubernetesObject, path: Path): boolean =>
  kind === 'HorizontalPodAutoscaler' && ['value', 'averageValue'].includes(String(path.at(-1)))

/** The API server writes quantities in its own way: `500m` for `0.5`. */
function isSameAmount(a: unknown, b: unknown): boolean {
  try {
    return parseQuantity(a).nanos === parseQuantity(b).nanos
  } catch (error) {
    if (error instanceof InvalidQuantityError) return false
    throw error
  }
}
