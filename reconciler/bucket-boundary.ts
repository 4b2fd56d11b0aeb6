/** Furthest that a boundary may be from the limit, as a ratio. Client libraries' own are 2.5 apart. */
const FURTHEST = 2

/**
 * The boundary that a limit is judged at: the nearest one by ratio, as buckets grow by ratios; of two
 * as near the smaller. `undefined` if there is none within a factor of 2.
 */
export function nearestBoundary(boundaries: Iterable<number>, limit: number): number | undefined {
  const distance = (boundary: number): number => Math.abs(Math.log(boundary / limit))
  const [nearest] = [...boundaries]
    .filter((boundary) => Number.isFinite(boundary) && boundary > 0)
    .sort((a, b) => distance(a) - distance(b) || a - b)
  if (nearest === undefined || distance(nearest) > Math.log(FURTHEST)) return undefined
  return nearest
}
