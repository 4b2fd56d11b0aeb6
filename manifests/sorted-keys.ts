/**
 * The names of a map's fields, sorted by UTF-16 code unit. Most maps have few, and then inserting
 * them one by one is several times faster than what `sort` sets up.
 */
export function sortedKeys(map: object): readonly string[] {
  const keys = Object.keys(map)
  if (keys.length > 12) return keys.sort()
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] as string
    let slot = end
    for (; slot > 0 && (keys[slot - 1] as string) > key; slot--) {
      keys[slot] = keys[slot - 1] as string
    }
    keys[slot] = key
  }
  return keys
}
