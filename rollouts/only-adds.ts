import { isRecord } from '../manifests/kubernetes-object.ts'

/**
 * Whether everything that was said before is still said: nothing but new fields of maps and new items
 * of lists. Whatever relied on the old value can live with the new one.
 */
export function onlyAdds(before: unknown, after: unknown): boolean {
  if (Array.isArray(before)) return Array.isArray(after) && isSubsequence(before, after)
  if (!isRecord(before)) return before === after
  if (!isRecord(after)) return false
  return Object.entries(before).every(
    ([key, value]) => Object.hasOwn(after, key) && onlyAdds(value, after[key]),
  )
}

/** Items keep their order: which of two rules comes first may be what counts. */
function isSubsequence(before: readonly unknown[], after: readonly unknown[]): boolean {
  let next = 0
  for (const item of after) {
    if (next < before.length && onlyAdds(before[next], item)) next++
  }
  return next === before.length
}
