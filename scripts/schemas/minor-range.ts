import type { MinorRange } from '../../checks/schema/json-schema.ts'

/**
 * The range of the minor versions that have something; `undefined` if all of `among` have.
 *
 * @param has as many as `among`, true where the version of that place has it
 */
export function minorRange(
  among: readonly string[],
  has: readonly boolean[],
): MinorRange | undefined {
  if (has.every(Boolean)) return undefined
  const first = has.indexOf(true)
  const last = has.lastIndexOf(true)
  if (first < 0 || has.slice(first, last + 1).includes(false)) {
    throw new Error(`Not one range: ${among.filter((_, index) => has[index]).join(', ') || 'none'}`)
  }
  return `${among[first]}-${last === among.length - 1 ? '' : among[last]}`
}
