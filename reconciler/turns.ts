/** Work of many, done one after the other in the order in which it was asked for, whatever becomes of it. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** @throws what the work does */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}
