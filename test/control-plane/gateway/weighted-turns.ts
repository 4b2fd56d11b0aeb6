/**
 * Whose turn it is, by weight, as evenly as whole turns can be: of a hundred turns each gets exactly
 * its share in percent.
 */
export class WeightedTurns {
  /** What each is owed, in turns. */
  readonly #owed = new Map<string, number>()

  /** `undefined` if nobody has any weight. */
  next(shares: ReadonlyMap<string, number>): string | undefined {
    const total = [...shares.values()].reduce((sum, weight) => sum + weight, 0)
    if (total === 0) return undefined
    for (const [name, weight] of shares) {
      this.#owed.set(name, (this.#owed.get(name) ?? 0) + weight / total)
    }
    const [name, owed] = [...this.#owed].reduce((most, one) => (one[1] > most[1] ? one : most))
    this.#owed.set(name, owed - 1)
    return name
  }
}
