import { ConfigurationError } from './configuration-error.ts'

/** Gathers what is wrong with several settings, so that all of it is said at once. */
export class Mistakes {
  readonly #mistakes: string[] = []

  add(mistake: string): void {
    this.#mistakes.push(mistake)
  }

  /** @returns what the reading returned; `undefined` if it found mistakes, which are kept */
  async collect<Result>(read: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      this.#mistakes.push(...error.mistakes)
      return undefined
    }
  }

  get isEmpty(): boolean {
    return this.#mistakes.length === 0
  }

  /** With all that was found. */
  toError(): ConfigurationError {
    return new ConfigurationError(this.#mistakes)
  }
}
