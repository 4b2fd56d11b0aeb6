/** Something that a lock protects, as it ought to be: it never takes an older token than it has seen. */
export class FencedResource {
  #largest = -1n
  #refused = 0

  /** Writes of holders that did not know that they had lost: what happens without a fence. */
  get refused(): number {
    return this.#refused
  }

  write(token: bigint): boolean {
    if (token < this.#largest) {
      this.#refused += 1
      return false
    }
    this.#largest = token
    return true
  }
}
