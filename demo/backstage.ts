/** What goes on behind the story while it is told. What fails there ends the story. */
export class Backstage implements AsyncDisposable {
  /** Aborts when the story ends, whatever the reason. */
  readonly signal: AbortSignal
  readonly #ending = new AbortController()
  readonly #work: Promise<void>[] = []

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#ending.signal])
  }

  /** @param work runs until its signal aborts */
  run(work: (signal: AbortSignal) => Promise<void>): void {
    this.#work.push(work(this.signal).catch((error: unknown) => this.#ending.abort(error)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#work)
  }
}
